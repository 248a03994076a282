/** When a server group counts as up, down, at capacity or absent. Pure: one look in, one verdict out. */
import type { ServerGroupDetail } from '#contracts/operations/cloud-activity.contract.ts';
import type { AwaitServerGroup, Capacity } from '#contracts/server-group.ts';

export type Verdict = { isMet: boolean; line: string };

export function judge(wanted: AwaitServerGroup, serverGroup: ServerGroupDetail | null): Verdict {
  if (wanted.condition === 'absent') {
    if (serverGroup === null) return { isMet: true, line: `${wanted.serverGroupName} is gone` };
    return {
      isMet: false,
      line: `${serverGroup.instances.length} instances left, deleting: ${serverGroup.deleting}`,
    };
  }
  // What is gone takes no traffic; it is neither up nor at capacity.
  if (serverGroup === null)
    return { isMet: wanted.condition === 'down', line: `${wanted.serverGroupName} is not there` };
  switch (wanted.condition) {
    case 'up':
      return judgeUp(wanted, serverGroup);
    case 'down':
      return judgeDown(serverGroup);
    case 'capacity':
      return judgeCapacity(wanted.capacity ?? serverGroup.capacity, serverGroup);
  }
}

function countOf(serverGroup: ServerGroupDetail, ...health: string[]): number {
  return serverGroup.instances.filter((instance) => health.includes(instance.health)).length;
}

/** As Spinnaker counts: the asked share of the desired size, rounded up, must be up. */
function judgeUp(wanted: AwaitServerGroup, serverGroup: ServerGroupDetail): Verdict {
  const { desired } = serverGroup.capacity;
  const needed = Math.ceil((desired * wanted.targetHealthyDeployPercentage) / 100);
  // A disabled group takes no traffic on purpose; its running instances are all that can be asked of it.
  const up = serverGroup.disabled ? countOf(serverGroup, 'up', 'outOfService') : countOf(serverGroup, 'up');
  return { isMet: up >= needed, line: `${up} of ${desired} instances are up, ${needed} needed` };
}

/** Nobody takes traffic and nobody still finishes connections. */
function judgeDown(serverGroup: ServerGroupDetail): Verdict {
  const up = countOf(serverGroup, 'up');
  const draining = serverGroup.draining.length;
  return { isMet: up === 0 && draining === 0, line: `${up} instances are up, ${draining} are draining` };
}

function judgeCapacity(wanted: Capacity, serverGroup: ServerGroupDetail): Verdict {
  const { capacity, instances } = serverGroup;
  const present = instances.length - countOf(serverGroup, 'terminating');
  const settled = serverGroup.disabled ? present : countOf(serverGroup, 'up', 'outOfService');
  const line = `${present} of ${wanted.desired} instances are there, ${settled} settled`;
  const isSame =
    capacity.min === wanted.min && capacity.max === wanted.max && capacity.desired === wanted.desired;
  return { isMet: isSame && instances.length === wanted.desired && settled >= wanted.desired, line };
}
