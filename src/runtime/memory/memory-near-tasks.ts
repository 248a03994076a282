/** Near tasks on the bus in memory, as a process that reads them sees them. */
import type { NearTask } from '../ports.ts';
import type { DelayedChannel } from './delayed-channel.ts';
import type { MemoryBus, MemoryNearTask } from './memory-bus.ts';

/** The process that reads. */
type Reader = {
  readonly bus: MemoryBus;
  readonly service: string;
  readonly alive: boolean;
  channel<T>(receive: (value: T) => void): DelayedChannel<T>;
  call<T>(name: string, act: () => T): Promise<T>;
};

/** Delivers those that are kept, and every later one, until the returned function is called. */
export function readNearTasks(
  process: Reader,
  args: { wanted: ReadonlySet<number>; onNearTask: (task: NearTask) => void },
): () => boolean {
  const { bus, service } = process;
  const { near } = bus.service(service);
  const channel = process.channel<MemoryNearTask>((stored) =>
    args.onNearTask({
      ...structuredClone(stored),
      done: () => {
        if (process.alive) near.tasks.delete(stored);
      },
      passOn: () => process.call('nearTask.passOn', () => bus.dispatch(service, stored.task)),
    }),
  );
  const reader = (stored: MemoryNearTask): void => {
    if (args.wanted.has(stored.partition)) channel.send(stored);
  };
  for (const stored of near.tasks) reader(stored);
  near.readers.add(reader);
  return () => near.readers.delete(reader);
}
