/** Judges one deployment by what the cloud holds and remembers, and by the status its user is told. */
import type { ResourceLife } from '#services/aws-double/journal/ledger.ts';
import { clusterOf, newGroupOf, oldGroupOf } from '#test/chaos/scenario.ts';
import type { Finding } from '../engine/run-result.ts';

export function judgeDeployment(args: {
  deployment: number;
  /** As its user is told. */
  status: string;
  /** AWS refused for good what it needs. */
  isDoomed: boolean;
  lives: readonly ResourceLife[];
}): Finding[] {
  const { deployment, status, isDoomed, lives } = args;
  const made = lives.filter(
    (life) => typeof life.createdBy === 'number' && nameOf(life).startsWith(`${clusterOf(deployment)}-v`),
  );
  const found: Finding[] = [];
  for (const kind of ['autoScalingGroup', 'launchTemplate'] as const) {
    const count = made.filter((life) => life.kind === kind).length;
    if (count > 1) found.push({ kind: 'doubled', text: `deployment ${deployment}: ${count} of ${kind}` });
    if (count === 0 && !isDoomed)
      found.push({ kind: 'lost', text: `deployment ${deployment} made no ${kind}` });
  }
  const groups = lives.filter((life) => life.kind === 'autoScalingGroup' && life.endedAtMs === undefined);
  const takesTraffic = (name: string): boolean =>
    groups.some((life) => nameOf(life) === name && !isDisabled(life));
  if (isDoomed) return [...found, ...judgeDoomed({ deployment, status, takesTraffic, made })];
  if (status !== 'SUCCEEDED') found.push({ kind: 'failed', text: `deployment ${deployment} is ${status}` });
  if (!takesTraffic(newGroupOf(deployment)))
    found.push({ kind: 'lost', text: `deployment ${deployment}: the new group takes no traffic` });
  if (takesTraffic(oldGroupOf(deployment)))
    found.push({ kind: 'orphaned', text: `deployment ${deployment}: the old group takes traffic` });
  return found;
}

/** It must fail, and leave the cloud as it was. */
function judgeDoomed(args: {
  deployment: number;
  status: string;
  takesTraffic: (name: string) => boolean;
  made: readonly ResourceLife[];
}): Finding[] {
  const { deployment, status, takesTraffic, made } = args;
  const found: Finding[] = [];
  if (status !== 'TERMINAL')
    found.push({ kind: 'lost', text: `doomed deployment ${deployment} is ${status}` });
  if (!takesTraffic(oldGroupOf(deployment)))
    found.push({ kind: 'lost', text: `doomed deployment ${deployment} took traffic from the old group` });
  for (const life of made) {
    if (life.endedAtMs === undefined)
      found.push({
        kind: 'orphaned',
        text: `doomed deployment ${deployment} left ${life.kind} ${nameOf(life)}`,
      });
  }
  return found;
}

function nameOf(life: ResourceLife): string {
  return life.name ?? life.id;
}

function isDisabled(life: ResourceLife): boolean {
  const { last } = life;
  return 'suspended' in last && JSON.stringify(last.suspended).includes('AddToLoadBalancer');
}
