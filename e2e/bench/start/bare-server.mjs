import { createServer } from 'node:http';

/** What an empty window is served by: one page, and nothing behind it. */
const page = '<!doctype html><html lang="en"><title>Empty</title><p>Empty</p></html>';
const server = createServer((_request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/html;charset=utf-8' });
  response.end(page);
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`Empty is ready at http://127.0.0.1:${server.address().port}/\n`);
});
