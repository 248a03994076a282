/** Who leads the streams of a cluster, and whether all copies have caught up. */
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager, type StreamInfo } from '@nats-io/jetstream';
import type { Bus } from '#bus/connect.ts';

const ASK_AGAIN_MS = 100;

/** Name of the server that leads the stream; asks again while one is elected. */
export async function leaderOf(bus: Bus, stream: string): Promise<string> {
  for (;;) {
    const leader = (await infoOf(bus, stream))?.cluster?.leader;
    if (leader) return leader;
    await sleep(ASK_AGAIN_MS);
  }
}

/** Resolves when every copy of the streams is current. @throws Error when one is not within `timeoutMs` */
export async function untilCurrent(
  bus: Bus,
  { streams, timeoutMs }: { streams: readonly string[]; timeoutMs: number },
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (const stream of streams) {
    for (;;) {
      const cluster = (await infoOf(bus, stream))?.cluster;
      const replicas = cluster?.replicas ?? [];
      if (cluster?.leader && replicas.every((copy) => copy.current && copy.offline !== true)) break;
      if (performance.now() > deadline) throw new Error(`A copy of ${stream} did not catch up.`);
      await sleep(ASK_AGAIN_MS);
    }
  }
}

async function infoOf(bus: Bus, stream: string): Promise<StreamInfo | null> {
  try {
    const manager = await jetstreamManager(bus, { timeout: 1_000, checkAPI: false });
    return await manager.streams.info(stream);
  } catch {
    return null;
  }
}
