// Serves the page and the names of items: REST on PORT, until SIGTERM.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const bridge = process.env.POLYWIRE_URL;
const page = readFileSync(new URL('index.html', import.meta.url));

async function answer(path) {
  if (path === '/') return [200, 'text/html; charset=utf-8', page];
  if (path === '/health') return json(200, { status: 'ok' });
  if (path !== '/names') return json(404, { error: 'there is nothing here' });
  const response = await fetch(`${bridge}/api/items`);
  if (!response.ok) return json(502, { error: `the backend answered ${response.status}` });
  const { items } = await response.json();
  return json(200, { names: items.map((item) => item.name) });
}

function json(status, body) {
  return [status, 'application/json', JSON.stringify(body)];
}

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://frontend');
  const [status, type, body] = await answer(pathname).catch((error) => json(502, { error: error.message }));
  response.writeHead(status, { 'Content-Type': type }).end(body);
});
server.keepAliveTimeout = 120_000; // Longer than the bridge keeps an idle connection.
server.listen(Number(process.env.PORT), '127.0.0.1');

function stop() {
  server.close();
  server.closeAllConnections();
}
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
