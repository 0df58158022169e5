// Asks a server so many times over connections that stay open, and does next to nothing else. With autocannon, which
// has more to do and opens new ones for every burst, the CPU time of the same request swings by half, with this by a
// fifth (seen with two cores).
import { once } from 'node:events';
import { connect } from 'node:net';

/** @returns sends so many POST requests, each with the body that `bodyOf` makes, and waits for their answers */
export async function load(port, path, connections, bodyOf) {
  const sockets = Array.from({ length: connections }, () => connect(port, '127.0.0.1').setNoDelay(true));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  let [left, open] = [0, 0];
  let done, failed;
  const ask = (socket) => {
    if (left === 0) {
      if (open === 0) done();
      return;
    }
    left--;
    open++;
    const body = bodyOf();
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  };
  for (const socket of sockets) {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const head = text.indexOf('\r\n\r\n') + 4;
      if (head < 4 || text.length < head + Number(/content-length: (\d+)/i.exec(text)?.[1])) return;
      if (!text.startsWith('HTTP/1.1 200 ')) failed(new Error(text));
      text = '';
      open--;
      ask(socket);
    });
    socket.on('close', () => failed?.(new Error('the server has closed the connection')));
  }
  const burst = (requests) =>
    new Promise((resolve, reject) => {
      [done, failed] = [resolve, reject];
      left = requests;
      sockets.forEach(ask);
    });
  const close = () => sockets.forEach((socket) => socket.destroy());
  return { burst, close };
}
