/** Capacity, scaling processes and members. */
import { memberCount, seeGroup, settledGroup, targetStates, usedTargetGroup } from './arrangements.ts';
import { refusalOf, type Behaviour, type Observation } from './behaviour.ts';

async function scaleTo({ home, name, subject }: Observation, DesiredCapacity: number): Promise<void> {
  await home.autoScaling.setDesiredCapacity({ AutoScalingGroupName: name, DesiredCapacity });
  subject.passTime();
  await home.autoScaling.describeAutoScalingGroups({});
  subject.passTime();
}

async function suspend({ home, name }: Observation, ...ScalingProcesses: string[]): Promise<void> {
  await home.autoScaling.suspendProcesses({ AutoScalingGroupName: name, ScalingProcesses });
}

export const CAPACITY_BEHAVIOURS: readonly Behaviour[] = [
  {
    id: 'capacity-grows',
    title: 'a raised desired capacity launches members',
    expected: 4,
    observe: async (observation) => {
      await settledGroup(observation);
      await scaleTo(observation, 4);
      return memberCount(observation.home, observation.name);
    },
  },
  {
    id: 'capacity-shrinks',
    title: 'a lowered desired capacity terminates members and takes them out of their target group',
    expected: { members: 1, targets: ['healthy'] },
    observe: async (observation) => {
      const { home, name } = observation;
      const arn = await usedTargetGroup(home, name);
      await settledGroup(observation, { TargetGroupARNs: [arn] });
      await scaleTo(observation, 1);
      return { members: await memberCount(home, name), targets: await targetStates(home, arn) };
    },
  },
  {
    id: 'capacity-within-max',
    title: 'a desired capacity above the maximum is refused',
    expected: 'ValidationError',
    observe: async (observation) => {
      await settledGroup(observation);
      const { home, name } = observation;
      return refusalOf(
        home.autoScaling.setDesiredCapacity({ AutoScalingGroupName: name, DesiredCapacity: 9 }),
      );
    },
  },
  {
    id: 'capacity-within-min',
    title: 'a desired capacity below the minimum is refused',
    expected: 'ValidationError',
    observe: async (observation) => {
      await settledGroup(observation);
      const { home, name } = observation;
      return refusalOf(
        home.autoScaling.setDesiredCapacity({ AutoScalingGroupName: name, DesiredCapacity: 0 }),
      );
    },
  },
  {
    id: 'capacity-unknown-group',
    title: 'setting the capacity of an unknown group is refused',
    expected: 'ValidationError',
    observe: ({ home, name }) =>
      refusalOf(home.autoScaling.setDesiredCapacity({ AutoScalingGroupName: name, DesiredCapacity: 1 })),
  },
  {
    id: 'update-min-raises-desired',
    title: 'a minimum above the desired capacity raises it',
    expected: { min: 3, desired: 3 },
    observe: async (observation) => {
      const { home, name } = observation;
      await settledGroup(observation);
      await home.autoScaling.updateAutoScalingGroup({ AutoScalingGroupName: name, MinSize: 3 });
      const group = await seeGroup(home, name);
      return { min: group?.min ?? null, desired: group?.desired ?? null };
    },
  },
  {
    id: 'update-min-within-max',
    title: 'an update with a minimum above the maximum is refused',
    expected: 'ValidationError',
    observe: async (observation) => {
      const { home, name } = observation;
      await settledGroup(observation);
      return refusalOf(
        home.autoScaling.updateAutoScalingGroup({ AutoScalingGroupName: name, MinSize: 4, MaxSize: 2 }),
      );
    },
  },
  {
    id: 'update-unknown-group',
    title: 'updating an unknown group is refused',
    expected: 'ValidationError',
    observe: ({ home, name }) =>
      refusalOf(home.autoScaling.updateAutoScalingGroup({ AutoScalingGroupName: name, MinSize: 0 })),
  },
  {
    id: 'processes-listed',
    title: 'suspended processes are listed until they are resumed',
    expected: { suspended: ['AddToLoadBalancer', 'Launch'], left: ['Launch'] },
    observe: async (observation) => {
      const { home, name } = observation;
      await settledGroup(observation);
      await suspend(observation, 'Launch', 'AddToLoadBalancer');
      await suspend(observation, 'Launch');
      const suspended = (await seeGroup(home, name))?.suspended ?? [];
      await home.autoScaling.resumeProcesses({
        AutoScalingGroupName: name,
        ScalingProcesses: ['AddToLoadBalancer'],
      });
      return { suspended, left: (await seeGroup(home, name))?.suspended ?? [] };
    },
  },
  {
    id: 'processes-unknown-name',
    title: 'suspending a process that does not exist is refused',
    expected: 'ValidationError',
    observe: async (observation) => {
      await settledGroup(observation, { MinSize: 0, DesiredCapacity: 0 });
      return refusalOf(suspend(observation, 'Dance'));
    },
  },
  {
    id: 'suspended-launch',
    title: 'nothing is launched while Launch is suspended, and what is missing is when it is resumed',
    expected: { suspended: 2, resumed: 4 },
    observe: async (observation) => {
      const { home, name, subject } = observation;
      await settledGroup(observation);
      await suspend(observation, 'Launch');
      await scaleTo(observation, 4);
      const suspended = await memberCount(home, name);
      await home.autoScaling.resumeProcesses({ AutoScalingGroupName: name, ScalingProcesses: ['Launch'] });
      subject.passTime();
      return { suspended, resumed: await memberCount(home, name) };
    },
  },
  {
    id: 'suspended-terminate',
    title: 'nothing is terminated by scaling in while Terminate is suspended',
    expected: 2,
    observe: async (observation) => {
      await settledGroup(observation);
      await suspend(observation, 'Terminate');
      await scaleTo(observation, 1);
      return memberCount(observation.home, observation.name);
    },
  },
  {
    id: 'suspended-add-to-load-balancer',
    title: 'members launched while AddToLoadBalancer is suspended are not registered, then or later',
    expected: { suspended: 2, resumed: 2 },
    observe: async (observation) => {
      const { home, name, subject } = observation;
      const arn = await usedTargetGroup(home, name);
      await settledGroup(observation, { TargetGroupARNs: [arn] });
      await suspend(observation, 'AddToLoadBalancer');
      await scaleTo(observation, 3);
      const suspended = (await targetStates(home, arn)).length;
      await home.autoScaling.resumeProcesses({
        AutoScalingGroupName: name,
        ScalingProcesses: ['AddToLoadBalancer'],
      });
      subject.passTime();
      return { suspended, resumed: (await targetStates(home, arn)).length };
    },
  },
  {
    id: 'killed-member-is-replaced',
    title: 'a member terminated through EC2 is replaced',
    expected: { members: 2, isOther: true },
    observe: async (observation) => {
      const { home, name, subject } = observation;
      await settledGroup(observation);
      const [killed = ''] = (await seeGroup(home, name))?.instanceIds ?? [];
      await home.ec2.terminateInstances({ InstanceIds: [killed] });
      subject.passTime();
      await seeGroup(home, name);
      subject.passTime();
      const group = await seeGroup(home, name);
      return { members: await memberCount(home, name), isOther: !group?.instanceIds.includes(killed) };
    },
  },
  {
    id: 'terminate-and-decrement',
    title: 'a member terminated in its group with a decrement is not replaced',
    expected: { desired: 1, members: 1 },
    observe: async (observation) => {
      const { home, name, subject } = observation;
      await settledGroup(observation);
      const [InstanceId = ''] = (await seeGroup(home, name))?.instanceIds ?? [];
      await home.autoScaling.terminateInstanceInAutoScalingGroup({
        InstanceId,
        ShouldDecrementDesiredCapacity: true,
      });
      subject.passTime();
      const desired = (await seeGroup(home, name))?.desired ?? null;
      return { desired, members: await memberCount(home, name) };
    },
  },
  {
    id: 'activities-tell',
    title: 'a launch is in the group`s scaling activities',
    expected: ['Successful', 'Successful'],
    observe: async (observation) => {
      await settledGroup(observation);
      const { Activities = [] } = await observation.home.autoScaling.describeScalingActivities({
        AutoScalingGroupName: observation.name,
      });
      return Activities.map((activity) => String(activity.StatusCode));
    },
  },
];
