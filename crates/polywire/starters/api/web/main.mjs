// Tells how many tasks there are: REST on PORT, until SIGTERM.

import { createServer } from 'node:http';
import { listTasks } from './client.mjs';

async function answer(path) {
  if (path === '/health') return [200, { status: 'ok' }];
  if (path !== '/summary') return [404, { error: 'there is nothing here' }];
  const tasks = await listTasks();
  const done = tasks.filter((task) => task.done).length;
  return [200, { open: tasks.length - done, done }];
}

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://web');
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
