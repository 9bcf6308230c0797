// Says hello: REST on PORT, until SIGTERM. It asks the greeter through the bridge, and does not know in what it is written.

import { createServer } from 'node:http';

const bridge = process.env.POLYWIRE_URL;

async function answer(path) {
  if (path === '/health') return [200, { status: 'ok' }];
  if (!path.startsWith('/api/hello/')) return [404, { error: 'there is nothing here' }];
  const greeting = await fetch(`${bridge}/api/greetings/${path.slice('/api/hello/'.length)}`);
  if (!greeting.ok) return [502, { error: `the greeter answered ${greeting.status}` }];
  return [200, { text: (await greeting.json()).text, by: 'node' }];
}

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://hello');
  const [status, body] = await answer(pathname).catch((error) => [502, { error: error.message }]);
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
});
server.keepAliveTimeout = 120_000; // Longer than the bridge keeps an idle connection.
server.listen(Number(process.env.PORT), '127.0.0.1');

function stop() {
  server.close();
  server.closeAllConnections();
}
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
