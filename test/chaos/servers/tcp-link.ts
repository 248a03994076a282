/**
 * A TCP connection between two processes that can be cut, on loopback and without privileges.
 *
 * L1 Cut: bytes vanish and sockets stay open, as when a cable is pulled. Nobody is told.
 * L2 Mended: sockets that lost bytes are closed, because a byte stream cannot go on with a gap.
 */
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';

const HOST = '127.0.0.1';

export class TcpLink {
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();
  #isCut = false;

  private constructor(targetPort: number) {
    this.#server = net.createServer((near) => this.#accept(near, targetPort));
  }

  /** Listens on a free port and passes everything on to `targetPort`. */
  static async open(targetPort: number): Promise<TcpLink> {
    const link = new TcpLink(targetPort);
    link.#server.listen(0, HOST);
    await once(link.#server, 'listening');
    return link;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  cut(): void {
    this.#isCut = true;
  }

  mend(): void {
    this.#isCut = false;
    this.#closeSockets();
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#closeSockets();
    await once(this.#server, 'close');
  }

  #closeSockets(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  #accept(near: net.Socket, targetPort: number): void {
    this.#keep(near);
    // Accepted by the system, answered by nobody: what a caller sees of a host behind a pulled cable.
    if (this.#isCut) return void near.resume();
    const far = net.connect({ host: HOST, port: targetPort });
    this.#keep(far);
    this.#pump(near, far);
    this.#pump(far, near);
  }

  #keep(socket: net.Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
  }

  #pump(from: net.Socket, to: net.Socket): void {
    from.on('data', (bytes) => {
      if (!this.#isCut && !to.write(bytes)) {
        from.pause();
        to.once('drain', () => from.resume());
      }
    });
    from.on('close', () => {
      if (!this.#isCut) to.destroy();
    });
  }
}
