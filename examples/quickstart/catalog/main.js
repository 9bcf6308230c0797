// The catalogue of the quickstart: REST on PORT, until SIGTERM. It serves products.json.
//
// The bridge stands before it and has checked every request against openapi.yaml, so it
// looks only for what is there and what is not.

'use strict';

const { readFileSync } = require('node:fs');
const { createServer } = require('node:http');
const { join } = require('node:path');

const DRAIN_MS = 5000;

const products = JSON.parse(readFileSync(join(__dirname, 'products.json'), 'utf8'));
products.sort((left, right) => left.name.localeCompare(right.name, 'en'));
const byId = new Map(products.map((product) => [product.id, product]));

/** Answers one request: [status, body]. */
function route(method, url) {
  const { pathname, searchParams } = url;
  const path = pathname.split('/').slice(1);
  if (method !== 'GET') {
    return failure(405, 'METHOD_NOT_ALLOWED', 'MethodNotAllowedError', 'Only GET is answered here.');
  }
  if (pathname === '/health') {
    return [200, { status: 'ok' }];
  }
  if (pathname === '/api/products') {
    const wanted = (searchParams.get('q') ?? '').toLowerCase();
    return [200, { items: products.filter((product) => product.name.toLowerCase().includes(wanted)) }];
  }
  if (path.length === 3 && path[0] === 'api' && path[1] === 'products') {
    const product = byId.get(decodeURIComponent(path[2]));
    return product ? [200, product] : notFound('The product does not exist.');
  }
  return notFound('There is nothing here.');
}

/** An error in the standard form of the contract. */
function failure(status, code, type, message) {
  return [status, { error: { code, message, type, details: {} } }];
}

function notFound(message) {
  return failure(404, 'NOT_FOUND', 'NotFoundError', message);
}

function answer(request, response) {
  let status;
  let body;
  try {
    [status, body] = route(request.method, new URL(request.url, 'http://catalog'));
  } catch (error) {
    // A path that is no URL, or %-escapes that are no UTF-8.
    const known = error instanceof URIError || error instanceof TypeError;
    [status, body] = known
      ? notFound('There is nothing here.')
      : failure(500, 'INTERNAL_ERROR', 'InternalError', 'The request could not be answered.');
    if (!known) log('ERROR', 'Request failed', { exception: String(error) });
  }
  const payload = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': payload.length });
  response.end(payload);
  request.resume();
}

function log(level, message, fields) {
  const line = { timestamp: new Date().toISOString(), level, service: 'catalog', language: 'node', logger: 'main' };
  process.stderr.write(`${JSON.stringify({ ...line, message, ...fields })}\n`);
}

const server = createServer(answer);
// Longer than the bridge keeps an idle connection: the side that sends closes it.
server.keepAliveTimeout = 120_000;
server.listen(Number(process.env.PORT), '127.0.0.1', () => {
  log('INFO', 'Listening', { port: server.address().port });
});

function stop() {
  server.close(() => log('INFO', 'Stopped'));
  server.closeIdleConnections();
  setTimeout(() => server.closeAllConnections(), DRAIN_MS).unref();
}
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
