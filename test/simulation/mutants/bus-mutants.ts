/** Mutants of the bus: what the server, the relay and the stores promise. */
import type { Mutant } from './mutant.ts';

const bus = 'src/runtime/memory/memory-bus.ts';
const ports = 'src/runtime/memory/memory-node-ports.ts';

export const BUS_MUTANTS: readonly Mutant[] = [
  {
    name: 'no fence',
    breaks: 'a commit with effects is taken whoever owns the partition',
    world: 'trips',
    patches: [
      {
        file: bus,
        find: 'home.owners.get(commit.partition)?.epoch !== commit.epoch',
        replace: 'commit.epoch < 0',
      },
    ],
  },
  {
    name: 'no compare-and-set',
    breaks: 'a commit is taken whatever it was made from',
    world: 'trips',
    patches: [
      {
        file: bus,
        find: '(this.stored(service, address)?.revision ?? 0) !== commit.expectedRevision',
        replace: 'commit.expectedRevision < 0',
      },
    ],
  },
  {
    name: 'torn commit',
    breaks: 'now and then a record is stored without what it sends',
    world: 'trips',
    patches: [
      {
        file: bus,
        find: 'this.#applyParts(home, { commit, encoded });',
        replace: 'if (revision % 17 !== 0) this.#applyParts(home, { commit, encoded });',
      },
    ],
  },
  {
    name: 'relay drops',
    breaks: 'now and then the relay passes nothing on',
    world: 'trips',
    patches: [
      {
        file: bus,
        find: 'else this.deliver(envelope);',
        replace: 'else if (this.nextRevision() % 11 !== 0) this.deliver(envelope);',
      },
    ],
  },
  {
    name: 'relay reorders',
    breaks: 'what one step sends is passed on backwards',
    world: 'trips',
    patches: [
      {
        file: bus,
        find: 'for (const part of encoded.parts) {',
        replace: 'for (const part of [...encoded.parts].toReversed()) {',
      },
    ],
  },
  {
    name: 'relay repeats as news',
    breaks: 'what was passed on is passed on again under another id',
    world: 'trips',
    patches: [
      {
        file: bus,
        find: 'else this.deliver(envelope);',
        replace:
          "else {\n      this.deliver(envelope);\n      this.deliver({ ...envelope, id: `${envelope.id}'` });\n    }",
      },
    ],
  },
  {
    name: 'alarms do not ring',
    breaks: 'a due alarm is not delivered',
    world: 'trips',
    patches: [
      {
        file: bus,
        find: "if (envelope.kind !== 'wake') return;",
        replace: "if (envelope.kind === 'wake') return;",
      },
    ],
  },
  {
    name: 'near marks are not kept',
    breaks: 'a task that its node runs itself dies with the node',
    world: 'orders',
    patches: [
      {
        file: bus,
        find: 'this.#keepMark(home, { commit, node: part.mark.node });',
        replace: 'void this.#keepMark;',
      },
    ],
  },
  {
    name: 'tasks get lost',
    breaks: 'now and then an attempt is not dispatched',
    world: 'trips',
    patches: [
      {
        file: bus,
        find: "else if (part.kind === 'task') this.dispatch(home.name, part.task);",
        replace:
          "else if (part.kind === 'task' && this.nextRevision() % 9 !== 0) this.dispatch(home.name, part.task);",
      },
    ],
  },
  {
    name: 'purge one too many',
    breaks: 'a purge takes the first entry that is still needed',
    world: 'trips',
    patches: [
      { file: bus, find: 'entry.sequence >= belowSequence', replace: 'entry.sequence > belowSequence' },
    ],
  },
  {
    name: 'purge everywhere',
    breaks: 'a purge takes entries of other partitions',
    world: 'trips',
    patches: [{ file: bus, find: 'entry.partition !== partition || ', replace: '' }],
  },
  {
    name: 'reader starts at the end',
    breaks: 'a new owner does not read what was there before it',
    world: 'trips',
    patches: [{ file: ports, find: 'for (const entry of log.entries) reader(entry);', replace: '' }],
  },
  ...(
    [
      ['no-compare-and-set-and-no-fence', 'every commit is taken, also a zombie’s', 'orders'],
      ['lose-after-ack', 'now and then what was acknowledged is not stored', 'orders'],
      ['torn-commit', 'now and then effects of a step are missing', 'orders'],
      ['deliver-twice', 'what a step sends is stored twice', 'orders'],
      ['reorder', 'a reader gets two entries in the wrong order', 'orders'],
      ['forget-too-much', 'a purge goes two entries too far', 'orders'],
    ] as const
  ).map(([weaken, breaks, world]): Mutant => ({ name: `bus: ${weaken}`, breaks, world, weaken })),
];
