/** Auto Scaling groups: create, describe, delete. */
import { createGroup, createTemplate, memberCount, seeGroup, settledGroup } from './arrangements.ts';
import { refusalOf, type Behaviour } from './behaviour.ts';

export const GROUP_BEHAVIOURS: readonly Behaviour[] = [
  {
    id: 'group-reaches-capacity',
    title: 'a new group has its desired members in service after a while',
    expected: { desired: 2, states: ['InService', 'InService'] },
    observe: async (observation) => {
      await settledGroup(observation);
      const group = await seeGroup(observation.home, observation.name);
      return { desired: group?.desired ?? null, states: group?.states ?? [] };
    },
  },
  {
    id: 'group-members-pend-first',
    title: 'a new member is Pending before it is InService',
    expected: { before: ['Pending'], after: ['InService'] },
    observe: async ({ home, name, subject }) => {
      await createGroup(home, name, { DesiredCapacity: 1 });
      let group = await seeGroup(home, name);
      // The group launches a moment after it is made.
      const deadlineMs = Date.now() + 10_000;
      while (group?.states.length === 0 && Date.now() < deadlineMs) group = await seeGroup(home, name);
      subject.passTime();
      return { before: group?.states ?? [], after: (await seeGroup(home, name))?.states ?? [] };
    },
  },
  {
    id: 'group-spreads-zones',
    title: 'three members of a group over three subnets are in three zones',
    expected: 3,
    observe: async (observation) => {
      await settledGroup(observation, { DesiredCapacity: 3 });
      return (await seeGroup(observation.home, observation.name))?.zones.length ?? 0;
    },
  },
  {
    id: 'group-name-is-unique',
    title: 'a second group of the same name is refused and the first one kept',
    expected: { second: 'AlreadyExistsFault', members: 2, sameMembers: true },
    observe: async (observation) => {
      const { home, name, subject } = observation;
      await settledGroup(observation);
      const before = await seeGroup(home, name);
      const template = await createTemplate(home, `${name}-2`);
      const second = await refusalOf(createGroup(home, name, { template }));
      subject.passTime();
      const after = await seeGroup(home, name);
      const sameMembers = before?.instanceIds.join() === after?.instanceIds.join();
      return { second, members: after?.states.length ?? 0, sameMembers };
    },
  },
  {
    id: 'group-needs-template',
    title: 'a group of an unknown launch template is refused',
    expected: 'ValidationError',
    observe: ({ home, name }) => refusalOf(createGroup(home, name, { template: 'lt-00000000000000000' })),
  },
  {
    id: 'group-needs-target-group',
    title: 'a group with an unknown target group is refused',
    expected: 'ValidationError',
    observe: ({ home, name }) =>
      refusalOf(
        createGroup(home, name, {
          TargetGroupARNs: [
            'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/none/0123456789abcdef',
          ],
        }),
      ),
  },
  {
    id: 'group-needs-network',
    title: 'a group without subnets and zones is refused',
    expected: 'ValidationError',
    observe: async ({ home, name }) => {
      const template = await createTemplate(home, name);
      return refusalOf(
        home.autoScaling.createAutoScalingGroup({
          AutoScalingGroupName: name,
          LaunchTemplate: { LaunchTemplateId: template },
          MinSize: 0,
          MaxSize: 0,
        }),
      );
    },
  },
  {
    id: 'group-min-within-max',
    title: 'a minimum above the maximum is refused',
    expected: 'ValidationError',
    observe: ({ home, name }) =>
      refusalOf(createGroup(home, name, { MinSize: 4, MaxSize: 2, DesiredCapacity: 4 })),
  },
  {
    id: 'group-desired-within-max',
    title: 'a desired capacity above the maximum is refused',
    expected: 'ValidationError',
    observe: ({ home, name }) => refusalOf(createGroup(home, name, { MaxSize: 2, DesiredCapacity: 3 })),
  },
  {
    id: 'group-pages',
    title: 'groups are described page by page',
    expected: { pageSizes: [1, 1], hasDuplicate: false },
    observe: async ({ home, name }) => {
      const names = [`${name}-a`, `${name}-b`];
      for (const each of names) await createGroup(home, each, { MinSize: 0, DesiredCapacity: 0 });
      const page = { AutoScalingGroupNames: names, MaxRecords: 1 };
      const first = await home.autoScaling.describeAutoScalingGroups(page);
      const second = await home.autoScaling.describeAutoScalingGroups({
        ...page,
        NextToken: first.NextToken,
      });
      const [one = [], two = []] = [first.AutoScalingGroups, second.AutoScalingGroups];
      return {
        pageSizes: [one.length, two.length],
        hasDuplicate: one[0]?.AutoScalingGroupName === two[0]?.AutoScalingGroupName,
      };
    },
  },
  {
    id: 'group-unknown-is-empty',
    title: 'describing an unknown group answers with none',
    expected: null,
    observe: async ({ home, name }) => (await seeGroup(home, name))?.desired ?? null,
  },
  {
    id: 'delete-needs-force',
    title: 'a group with members is deleted only by force',
    expected: { delete: 'ResourceInUseFault', members: 2 },
    observe: async (observation) => {
      const { home, name, subject } = observation;
      await settledGroup(observation);
      const refusal = await refusalOf(
        home.autoScaling.deleteAutoScalingGroup({ AutoScalingGroupName: name }),
      );
      subject.passTime();
      return { delete: refusal, members: await memberCount(home, name) };
    },
  },
  {
    id: 'delete-takes-time',
    title: 'a group that is deleted by force is there for a while, then gone',
    expected: { before: 'Delete in progress', isGone: true },
    observe: async (observation) => {
      const { home, name, subject } = observation;
      await settledGroup(observation);
      await home.autoScaling.deleteAutoScalingGroup({ AutoScalingGroupName: name, ForceDelete: true });
      const before = await seeGroup(home, name);
      subject.passTime();
      return {
        before: before === null ? 'gone' : before.status,
        isGone: (await seeGroup(home, name)) === null,
      };
    },
  },
  {
    id: 'delete-blocks-changes',
    title: 'a group that is being deleted can be neither changed nor created again',
    expected: { update: 'ValidationError', create: 'AlreadyExistsFault' },
    observe: async (observation) => {
      const { home, name } = observation;
      await settledGroup(observation);
      const template = await createTemplate(home, `${name}-2`);
      await home.autoScaling.deleteAutoScalingGroup({ AutoScalingGroupName: name, ForceDelete: true });
      const update = await refusalOf(
        home.autoScaling.updateAutoScalingGroup({ AutoScalingGroupName: name, MinSize: 0 }),
      );
      return { update, create: await refusalOf(createGroup(home, name, { template })) };
    },
  },
  {
    id: 'delete-terminates',
    title: 'the members of a group deleted by force are terminated',
    expected: ['terminated', 'terminated'],
    observe: async (observation) => {
      const { home, name, subject } = observation;
      await settledGroup(observation);
      const ids = (await seeGroup(home, name))?.instanceIds ?? [];
      await home.autoScaling.deleteAutoScalingGroup({ AutoScalingGroupName: name, ForceDelete: true });
      subject.passTime();
      const { Reservations = [] } = await home.ec2.describeInstances({ InstanceIds: ids });
      return Reservations.flatMap((reservation) =>
        (reservation.Instances ?? []).map((instance) => String(instance.State?.Name)),
      );
    },
  },
  {
    id: 'delete-empty',
    title: 'an empty group is deleted without force',
    expected: { delete: 'accepted', isGone: true },
    observe: async (observation) => {
      const { home, name, subject } = observation;
      await settledGroup(observation, { MinSize: 0, DesiredCapacity: 0 });
      const refusal = await refusalOf(
        home.autoScaling.deleteAutoScalingGroup({ AutoScalingGroupName: name }),
      );
      subject.passTime();
      return { delete: refusal, isGone: (await seeGroup(home, name)) === null };
    },
  },
  {
    id: 'delete-unknown',
    title: 'deleting an unknown group is refused',
    expected: 'ValidationError',
    observe: ({ home, name }) =>
      refusalOf(home.autoScaling.deleteAutoScalingGroup({ AutoScalingGroupName: name })),
  },
];
