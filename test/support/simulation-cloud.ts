/** A cloud of a few maps behind the names of the cloud activities, with bad weather and a ledger. */
import type {
  CloudActivityInput,
  CloudActivityName,
  CloudActivityOutput,
  ServerGroupDetail,
} from '#contracts/operations/cloud-activity.contract.ts';
import { ActivityFailed, type ActivityCatalog } from '#runtime/activity.ts';
import type { Clock } from '#runtime/ports.ts';
import type { SeededRandom } from './simulation-random.ts';

type Template = { id: string; operation: string };
type Act = { [N in CloudActivityName]: (input: CloudActivityInput<N>) => CloudActivityOutput<N> };

const TAKES_NO_TRAFFIC = 'AddToLoadBalancer';

export class SimulatedCloud {
  readonly groups = new Map<string, ServerGroupDetail>();
  readonly templates = new Map<string, Template>();
  /** Everything that was ever created, in order: `<kind> <name>`. */
  readonly ledger: string[] = [];
  readonly #clock: Clock;
  #ids = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A group that takes traffic. */
  add(args: { account: string; region: string; name: string; cluster: string }): ServerGroupDetail {
    const group: ServerGroupDetail = {
      ...args,
      createdAtMs: this.#clock.nowMs(),
      capacity: { min: 1, max: 1, desired: 1 },
      disabled: false,
      instances: [{ id: `i-${args.name}`, zone: `${args.region}a`, health: 'up' }],
      targetGroups: [],
      deleting: false,
      suspendedProcesses: [],
      draining: [],
      subnetIds: [],
      zones: [],
      launch: { image: 'ami-1' },
    };
    this.groups.set(args.name, group);
    return group;
  }

  /** The activities of one node: each takes time, is refused or loses its answer now and then. */
  activities(args: { clock: Clock; random: SeededRandom; isBad: () => boolean }): ActivityCatalog {
    const { clock, random, isBad } = args;
    const acts = this.#acts();
    return Object.fromEntries(
      Object.entries(acts).map(([name, act]) => [
        name,
        async (input: never) => {
          await clock.sleep(random.between(0, 150));
          if (isBad() && random.chance(0.05)) throw weather('SIM_THROTTLED', 'throttle');
          const output = (act as (given: never) => unknown)(input);
          await clock.sleep(random.between(0, 150));
          if (isBad() && random.chance(0.03)) throw weather('SIM_ANSWER_LOST', 'unknown-outcome');
          return output;
        },
      ]),
    );
  }

  #acts(): Act {
    const undone = { outcome: 'undone' as const };
    const ofCluster = (cluster: string) =>
      [...this.groups.values()].filter((group) => group.cluster === cluster);
    return {
      listCluster: ({ cluster }) => ({
        existing: ofCluster(cluster).map(({ name, createdAtMs }) => ({ name, createdAtMs })),
      }),
      describeCluster: ({ cluster }) => ({ serverGroups: ofCluster(cluster) }),
      describeServerGroup: ({ serverGroupName }) => ({
        serverGroup: this.groups.get(serverGroupName) ?? null,
      }),
      resolveImage: ({ image }) => ({ imageId: image, imageName: image }),
      resolveTargetGroups: ({ names }) => ({ targetGroupArns: names }),
      resolveNetwork: ({ zones }) => ({ subnetIds: ['subnet-1'], zones }),
      resolveSecurityGroups: ({ names }) => ({ securityGroupIds: names }),
      createLaunchTemplate: (input) => this.#createTemplate(input),
      deleteLaunchTemplate: ({ launchTemplateName, onlyOperation }) => {
        const template = this.templates.get(launchTemplateName);
        if (!template || (onlyOperation !== undefined && template.operation !== onlyOperation)) {
          return { outcome: 'absent' };
        }
        this.templates.delete(launchTemplateName);
        return undone;
      },
      createAutoScalingGroup: (input) => this.#createGroup(input),
      deleteAutoScalingGroup: ({ serverGroupName, onlyOperation }) => {
        const group = this.groups.get(serverGroupName);
        if (!group || (onlyOperation !== undefined && group.operation !== onlyOperation))
          return { outcome: 'absent' };
        this.groups.delete(serverGroupName);
        return undone;
      },
      setCapacity: ({ serverGroupName, capacity }) => {
        this.#at(serverGroupName).capacity = capacity;
        return undone;
      },
      suspendProcesses: ({ serverGroupName, processes }) =>
        this.#suspend(serverGroupName, { processes, wanted: true }),
      resumeProcesses: ({ serverGroupName, processes }) =>
        this.#suspend(serverGroupName, { processes, wanted: false }),
      enableMetrics: () => ({}),
      registerTargets: ({ serverGroupName }) => this.#traffic(serverGroupName, 'up'),
      deregisterTargets: ({ serverGroupName }) => this.#traffic(serverGroupName, 'outOfService'),
      verifyServerGroup: ({ serverGroupName, expected }) => {
        const { capacity, disabled } = this.#at(serverGroupName);
        if (expected.disabled !== undefined && expected.disabled !== disabled) {
          throw weather('SIM_NOT_AS_EXPECTED', 'not-visible-yet');
        }
        return { capacity };
      },
    };
  }

  #createTemplate(
    input: CloudActivityInput<'createLaunchTemplate'>,
  ): CloudActivityOutput<'createLaunchTemplate'> {
    const { launchTemplateName, owner } = input;
    const known = this.templates.get(launchTemplateName);
    if (known && known.operation !== owner.operation) throw weather('SIM_TEMPLATE_EXISTS', 'terminal');
    if (known) return { launchTemplateId: known.id, version: '1' };
    this.#ids += 1;
    const template = { id: `lt-${this.#ids}`, operation: owner.operation };
    this.templates.set(launchTemplateName, template);
    this.ledger.push(`launchTemplate ${launchTemplateName}`);
    return { launchTemplateId: template.id, version: '1' };
  }

  #createGroup(
    input: CloudActivityInput<'createAutoScalingGroup'>,
  ): CloudActivityOutput<'createAutoScalingGroup'> {
    const { account, region, serverGroupName: name, owner, launchTemplateId } = input;
    const known = this.groups.get(name);
    if (known && known.operation !== owner.operation) throw weather('SIM_GROUP_EXISTS', 'terminal');
    if (known) return {};
    const group = this.add({ account, region, name, cluster: owner.cluster });
    Object.assign(group, { operation: owner.operation, launchTemplateId });
    this.ledger.push(`autoScalingGroup ${name}`);
    return {};
  }

  #suspend(name: string, args: { processes: readonly string[]; wanted: boolean }): { outcome: 'undone' } {
    const group = this.#at(name);
    const others = group.suspendedProcesses.filter((process) => !args.processes.includes(process));
    group.suspendedProcesses = args.wanted ? [...others, ...args.processes] : others;
    group.disabled = group.suspendedProcesses.includes(TAKES_NO_TRAFFIC);
    return { outcome: 'undone' };
  }

  #traffic(name: string, health: 'up' | 'outOfService'): { outcome: 'undone'; instanceIds: string[] } {
    const group = this.#at(name);
    group.instances = group.instances.map((instance) => ({ ...instance, health }));
    return { outcome: 'undone', instanceIds: group.instances.map(({ id }) => id) };
  }

  #at(name: string): ServerGroupDetail {
    const group = this.groups.get(name);
    if (!group) throw weather('SIM_GROUP_NOT_FOUND', 'terminal');
    return group;
  }
}

function weather(
  code: string,
  kind: 'throttle' | 'unknown-outcome' | 'terminal' | 'not-visible-yet',
): ActivityFailed {
  return new ActivityFailed({ code, message: `The simulated cloud says ${code}.`, kind });
}
