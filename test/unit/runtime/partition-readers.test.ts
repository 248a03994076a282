import { describe, expect, it } from 'vitest';
import type { PartitionActors } from '#runtime/partition-actors.ts';
import { PartitionReaders } from '#runtime/partition-readers.ts';
import type { DirectAsks, LogEntry, Logs } from '#runtime/ports.ts';
import { silentEvents } from '#runtime/runtime-events.ts';

type Read = {
  partitions: readonly number[];
  deliver: (partition: number, sequence: number) => void;
  closed: boolean;
};

/** Logs that deliver when told to, also after a reader was closed: what was under way then still arrives. */
function scriptedLogs(): { logs: Logs; reads: Read[] } {
  const reads: Read[] = [];
  const logs: Logs = {
    read: async (partitions, onEntry) => {
      const read: Read = {
        partitions,
        closed: false,
        deliver: (partition, sequence) =>
          onEntry({ log: 'mailbox', partition, sequence, envelope: null, raw: '' }),
      };
      reads.push(read);
      return { close: async () => void (read.closed = true) };
    },
    newestIngress: async () => 0,
    purge: async () => undefined,
    park: async () => undefined,
  };
  return { logs, reads };
}

const nobodyAsks: DirectAsks = { listen: async () => ({ close: async () => undefined }) };

function listener(): { actors: PartitionActors; heard: number[] } {
  const heard: number[] = [];
  const accept = (entry: LogEntry) => void heard.push(entry.sequence);
  return { actors: { accept } as unknown as PartitionActors, heard };
}

describe('the readers of owned partitions', () => {
  it('gives nothing that an old reader still delivers to the new actors of a partition', async () => {
    const { logs, reads } = scriptedLogs();
    const readers = new PartitionReaders({ logs, directAsks: nobodyAsks, events: silentEvents });
    const [before, after] = [listener(), listener()];
    await readers.open(new Map([[3, before.actors]]));
    // The partition is taken again before its first reader is closed.
    await readers.open(new Map([[3, after.actors]]));
    reads[0]?.deliver(3, 12);
    reads[1]?.deliver(3, 11);
    await readers.close([before.actors]);
    reads[0]?.deliver(3, 13);
    expect(after.heard).toEqual([11]);
    expect(before.heard).toEqual([12, 13]);
    expect(reads.map((read) => read.closed)).toEqual([true, false]);
  });

  it('replaces a reader by one for the rest when some of its partitions go', async () => {
    const { logs, reads } = scriptedLogs();
    const readers = new PartitionReaders({ logs, directAsks: nobodyAsks, events: silentEvents });
    const [stays, goes] = [listener(), listener()];
    await readers.open(
      new Map([
        [1, stays.actors],
        [2, goes.actors],
      ]),
    );
    await readers.close([goes.actors]);
    expect(reads.map((read) => read.partitions)).toEqual([[1, 2], [1]]);
    expect(reads.map((read) => read.closed)).toEqual([true, false]);
    reads[1]?.deliver(1, 5);
    expect(stays.heard).toEqual([5]);
  });

  it('says who is read no more when the rest of a reader cannot be read again', async () => {
    const { logs, reads } = scriptedLogs();
    const failures: unknown[] = [];
    const outage = new Error('the stream has no leader');
    let isDown = false;
    const readers = new PartitionReaders({
      logs: {
        ...logs,
        read: async (...args) => {
          if (isDown) throw outage;
          return logs.read(...args);
        },
      },
      directAsks: nobodyAsks,
      events: { ...silentEvents, failed: ({ error }) => void failures.push(error) },
    });
    const [stays, goes, apart] = [listener(), listener(), listener()];
    await readers.open(
      new Map([
        [1, stays.actors],
        [2, goes.actors],
      ]),
    );
    await readers.open(new Map([[3, apart.actors]]));
    isDown = true;
    expect(await readers.close([goes.actors])).toEqual(new Map([[1, stays.actors]]));
    expect(failures).toEqual([outage]);
    expect(reads.map((read) => read.closed)).toEqual([true, false]);
  });
});
