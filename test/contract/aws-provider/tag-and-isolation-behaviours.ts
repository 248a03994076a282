/** Tags, lifecycle hooks, and that accounts and regions do not see each other. */
import { createGroup, seeGroup, settledGroup } from './arrangements.ts';
import { refusalOf, type Behaviour } from './behaviour.ts';
import { OTHER_ACCOUNT, OTHER_REGION, placeOf } from './provider-subject.ts';

const EMPTY = { MinSize: 0, DesiredCapacity: 0 };

export const TAG_AND_ISOLATION_BEHAVIOURS: readonly Behaviour[] = [
  {
    id: 'group-tags-upsert',
    title: 'tags of a group are added, replaced and deleted by key',
    expected: [
      ['added', 'yes'],
      ['kept', 'new'],
    ],
    observe: async (observation) => {
      const { home, name } = observation;
      const tag = (Key: string, Value: string) => ({
        ResourceId: name,
        ResourceType: 'auto-scaling-group',
        Key,
        Value,
        PropagateAtLaunch: true,
      });
      await settledGroup(observation, { ...EMPTY, Tags: [tag('kept', 'old'), tag('dropped', 'yes')] });
      await home.autoScaling.createOrUpdateTags({ Tags: [tag('kept', 'new'), tag('added', 'yes')] });
      await home.autoScaling.deleteTags({ Tags: [tag('dropped', 'yes')] });
      const { Tags = [] } = await home.autoScaling.describeTags({
        Filters: [{ Name: 'auto-scaling-group', Values: [name] }],
      });
      return Tags.map((entry) => [String(entry.Key), String(entry.Value)]).toSorted((a, b) =>
        String(a) < String(b) ? -1 : 1,
      );
    },
  },
  {
    id: 'group-tag-filter',
    title: 'groups are found by a tag',
    expected: 1,
    observe: async ({ home, name }) => {
      const Tags = [{ Key: 'operation', Value: name, ResourceId: name, ResourceType: 'auto-scaling-group' }];
      await createGroup(home, name, { ...EMPTY, Tags });
      await createGroup(home, `${name}-other`, EMPTY);
      const { AutoScalingGroups = [] } = await home.autoScaling.describeAutoScalingGroups({
        Filters: [{ Name: 'tag:operation', Values: [name] }],
      });
      return AutoScalingGroups.length;
    },
  },
  {
    id: 'group-tags-propagate',
    title: 'members carry the tags that propagate and the name of their group',
    expected: { operation: 'yes', quiet: null, group: true },
    observe: async (observation) => {
      const { home, name } = observation;
      const base = { ResourceId: name, ResourceType: 'auto-scaling-group', Value: 'yes' };
      await settledGroup(observation, {
        DesiredCapacity: 1,
        Tags: [
          { ...base, Key: 'operation', PropagateAtLaunch: true },
          { ...base, Key: 'quiet', PropagateAtLaunch: false },
        ],
      });
      const InstanceIds = (await seeGroup(home, name))?.instanceIds ?? [];
      const { Reservations = [] } = await home.ec2.describeInstances({ InstanceIds });
      const tags = Reservations[0]?.Instances?.[0]?.Tags ?? [];
      const valueOf = (key: string): string | null => tags.find((tag) => tag.Key === key)?.Value ?? null;
      return {
        operation: valueOf('operation'),
        quiet: valueOf('quiet'),
        group: valueOf('aws:autoscaling:groupName') === name,
      };
    },
  },
  {
    id: 'instance-tags',
    title: 'instances are found by a tag made later',
    expected: 1,
    observe: async (observation) => {
      const { home, name } = observation;
      await settledGroup(observation, { DesiredCapacity: 1 });
      const Resources = (await seeGroup(home, name))?.instanceIds ?? [];
      await home.ec2.createTags({ Resources, Tags: [{ Key: 'mark', Value: name }] });
      const { Reservations = [] } = await home.ec2.describeInstances({
        Filters: [{ Name: 'tag:mark', Values: [name] }],
      });
      return Reservations.flatMap((reservation) => reservation.Instances ?? []).length;
    },
  },
  {
    id: 'hook-round-trip',
    title: 'a lifecycle hook is read back as it was put',
    expected: { transition: 'autoscaling:EC2_INSTANCE_LAUNCHING', timeout: 120, result: 'CONTINUE' },
    observe: async (observation) => {
      const { home, name } = observation;
      await settledGroup(observation, EMPTY);
      await home.autoScaling.putLifecycleHook({
        AutoScalingGroupName: name,
        LifecycleHookName: 'warm-up',
        LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
        HeartbeatTimeout: 120,
        DefaultResult: 'CONTINUE',
      });
      const { LifecycleHooks = [] } = await home.autoScaling.describeLifecycleHooks({
        AutoScalingGroupName: name,
      });
      const [hook] = LifecycleHooks;
      return {
        transition: hook?.LifecycleTransition ?? null,
        timeout: hook?.HeartbeatTimeout ?? null,
        result: hook?.DefaultResult ?? null,
      };
    },
  },
  {
    id: 'metrics-enabled',
    title: 'enabled metrics are listed',
    expected: ['GroupMaxSize'],
    observe: async (observation) => {
      const { home, name } = observation;
      await settledGroup(observation, EMPTY);
      await home.autoScaling.enableMetricsCollection({
        AutoScalingGroupName: name,
        Granularity: '1Minute',
        Metrics: ['GroupMaxSize'],
      });
      const { AutoScalingGroups = [] } = await home.autoScaling.describeAutoScalingGroups({
        AutoScalingGroupNames: [name],
      });
      return (AutoScalingGroups[0]?.EnabledMetrics ?? []).map((metric) => String(metric.Metric));
    },
  },
  {
    id: 'regions-are-apart',
    title: 'the same group name in two regions is two groups',
    expected: { elsewhereBefore: false, create: 'accepted', desiredHere: 0 },
    observe: async ({ home, name, subject }) => {
      const elsewhere = await placeOf(subject, { region: OTHER_REGION });
      await createGroup(home, name, EMPTY);
      const elsewhereBefore = (await seeGroup(elsewhere, name)) !== null;
      const create = await refusalOf(createGroup(elsewhere, name, { DesiredCapacity: 2 }));
      return { elsewhereBefore, create, desiredHere: (await seeGroup(home, name))?.desired ?? null };
    },
  },
  {
    id: 'accounts-are-apart',
    title: 'the same group name in two accounts is two groups',
    expected: { elsewhereBefore: false, create: 'accepted', desiredHere: 0 },
    observe: async ({ home, name, subject }) => {
      const elsewhere = await placeOf(subject, { account: OTHER_ACCOUNT });
      await createGroup(home, name, EMPTY);
      const elsewhereBefore = (await seeGroup(elsewhere, name)) !== null;
      const create = await refusalOf(createGroup(elsewhere, name, { DesiredCapacity: 2 }));
      return { elsewhereBefore, create, desiredHere: (await seeGroup(home, name))?.desired ?? null };
    },
  },
  {
    id: 'assumed-role-names-its-account',
    title: 'the caller identity of an assumed role is in the other account',
    expected: OTHER_ACCOUNT,
    observe: async ({ subject }) => {
      const elsewhere = await placeOf(subject, { account: OTHER_ACCOUNT });
      return (await elsewhere.sts.getCallerIdentity({})).Account ?? null;
    },
  },
];
