/** A well-known port while it is free: people find things there, and a second deployment still starts. */
import net from 'node:net';

/** The port when nobody listens on it; undefined when it is taken or none is preferred. */
export async function preferredPort(port: number | undefined): Promise<number | undefined> {
  if (port === undefined) return undefined;
  const listener = net.createServer();
  return new Promise((resolve) => {
    listener.once('error', () => resolve(undefined));
    listener.listen(port, '127.0.0.1', () => listener.close(() => resolve(port)));
  });
}
