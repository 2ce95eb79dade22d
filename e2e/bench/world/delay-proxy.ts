import { connect, createServer, type Socket } from 'node:net';

/*
 * A way to a Unix socket on which each byte travels for a while: `delay-proxy.ts LISTEN TARGET MILLISECONDS`, in a process
 * of its own. As much as comes may be on the way at once, so that it takes longer but is no narrower. Prints `listening`.
 */
const [listen = '', target = '', milliseconds = ''] = process.argv.slice(2);
const delay = Number(milliseconds);

createServer((near) => {
  const far = connect(target);
  carry(near, far);
  carry(far, near);
}).listen(listen, () => console.log('listening'));
process.on('disconnect', () => process.exit());

function carry(from: Socket, to: Socket): void {
  const onTheWay: { readonly due: number; readonly piece: Buffer | null }[] = [];
  let isWaiting = false;
  const deliver = () => {
    isWaiting = false;
    to.cork();
    while (onTheWay[0] && onTheWay[0].due <= performance.now()) {
      const { piece } = onTheWay.shift() as (typeof onTheWay)[number];
      if (piece) to.write(piece);
      else to.end();
    }
    to.uncork();
    wait();
  };
  const wait = () => {
    const [next] = onTheWay;
    if (!next || isWaiting) return;
    isWaiting = true;
    // A timer counts whole milliseconds.
    setTimeout(deliver, Math.max(0, Math.ceil(next.due - performance.now())));
  };
  const send = (piece: Buffer | null) => {
    onTheWay.push({ due: performance.now() + delay, piece });
    wait();
  };
  from.on('data', send);
  from.on('end', () => send(null));
  from.on('error', () => to.destroy());
  from.on('close', () => send(null));
}
