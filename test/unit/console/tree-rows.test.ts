/** Actors of all services below the ones that started them. */
import { describe, expect, it } from 'vitest';
import { Address } from '#contracts/address.ts';
import type { ShownActor } from '#contracts/console-message.ts';
import { treeRows } from '#services/console/page/tree-rows.ts';

const shown = (address: string, parent?: string, startedAtMs = 1): ShownActor => {
  const common = {
    address: Address.parse(address),
    ...(parent === undefined ? {} : { parent: Address.parse(parent) }),
    status: 'active' as const,
    step: 1,
    startedAtMs,
    updatedAtMs: 1,
  };
  return {
    summary: { ...common, title: address, statusText: 'active', tone: 'running' },
    view: { v: 1, ...common, value: 'on', activities: [] },
  };
};

const ROOT = 'orca:execution:x:x';
const STAGE = 'orca:stage:x:s1';
const OPERATION = 'clouddriver:resize:x:o1';

function rowsOf(actors: readonly ShownActor[], folded: readonly string[] = []) {
  const map = new Map(actors.map((actor) => [actor.view.address, actor]));
  const rows = treeRows(map, new Set(folded.map((address) => Address.parse(address))));
  return rows.map(({ actor, level, position, siblings }) => {
    return `${level} ${actor.view.address} ${position}/${siblings}`;
  });
}

describe('the rows of a tree', () => {
  it('put actors of another service below the one that started them, the oldest first', () => {
    const actors = [
      shown(OPERATION, STAGE),
      shown('orca:stage:x:s2', ROOT, 3),
      shown(STAGE, ROOT, 2),
      shown(ROOT),
    ];
    expect(rowsOf(actors)).toEqual([
      `1 ${ROOT} 1/1`,
      `2 ${STAGE} 1/2`,
      `3 ${OPERATION} 1/1`,
      '2 orca:stage:x:s2 2/2',
    ]);
  });

  it('leave out what is below a folded actor', () => {
    expect(rowsOf([shown(ROOT), shown(STAGE, ROOT), shown(OPERATION, STAGE)], [STAGE])).toEqual([
      `1 ${ROOT} 1/1`,
      `2 ${STAGE} 1/1`,
    ]);
  });

  it('keep an actor whose parent is gone', () => {
    expect(rowsOf([shown(OPERATION, STAGE)])).toEqual([`1 ${OPERATION} 1/1`]);
  });
});
