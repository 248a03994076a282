/** Target groups and target health. */
import {
  runOne,
  seeGroup,
  settledGroup,
  targetStates,
  unusedTargetGroup,
  usedTargetGroup,
} from './arrangements.ts';
import { refusalOf, type Behaviour } from './behaviour.ts';

const UNKNOWN_ARN = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/none/0123456789abcdef';

export const TARGET_BEHAVIOURS: readonly Behaviour[] = [
  {
    id: 'target-initial-then-healthy',
    title: 'a registered target is initial, then healthy',
    expected: { before: ['initial'], after: ['healthy'] },
    observe: async ({ home, name, subject }) => {
      const arn = await usedTargetGroup(home, name);
      const id = await runOne(home);
      subject.passTime();
      await home.elb.registerTargets({ TargetGroupArn: arn, Targets: [{ Id: id }] });
      const before = await targetStates(home, arn);
      subject.passTime();
      return { before, after: await targetStates(home, arn) };
    },
  },
  {
    id: 'target-draining-then-gone',
    title: 'a deregistered target drains, then is gone',
    expected: { before: ['draining'], after: [] },
    observe: async ({ home, name, subject }) => {
      const arn = await usedTargetGroup(home, name);
      const id = await runOne(home);
      subject.passTime();
      await home.elb.registerTargets({ TargetGroupArn: arn, Targets: [{ Id: id }] });
      subject.passTime();
      await home.elb.deregisterTargets({ TargetGroupArn: arn, Targets: [{ Id: id }] });
      const before = await targetStates(home, arn);
      subject.passTime();
      return { before, after: await targetStates(home, arn) };
    },
  },
  {
    id: 'target-registered-twice',
    title: 'a target registered twice is registered once',
    expected: ['healthy'],
    observe: async ({ home, name, subject }) => {
      const arn = await usedTargetGroup(home, name);
      const targets = { TargetGroupArn: arn, Targets: [{ Id: await runOne(home) }] };
      subject.passTime();
      await home.elb.registerTargets(targets);
      await home.elb.registerTargets(targets);
      subject.passTime();
      return targetStates(home, arn);
    },
  },
  {
    id: 'target-not-registered',
    title: 'a target that is not registered is unused when it is asked for',
    expected: 'unused',
    observe: async ({ home, name, subject }) => {
      const arn = await usedTargetGroup(home, name);
      const id = await runOne(home);
      subject.passTime();
      const { TargetHealthDescriptions = [] } = await home.elb.describeTargetHealth({
        TargetGroupArn: arn,
        Targets: [{ Id: id, Port: 8080 }],
      });
      return TargetHealthDescriptions[0]?.TargetHealth?.State ?? null;
    },
  },
  {
    id: 'target-group-without-listener',
    title: 'targets of a group that no listener forwards to are unused',
    expected: ['unused'],
    observe: async ({ home, name, subject }) => {
      const arn = await unusedTargetGroup(home, name);
      const id = await runOne(home);
      subject.passTime();
      await home.elb.registerTargets({ TargetGroupArn: arn, Targets: [{ Id: id }] });
      subject.passTime();
      return targetStates(home, arn);
    },
  },
  {
    id: 'target-unknown-instance',
    title: 'an instance that does not exist cannot be registered',
    expected: 'InvalidTargetException',
    observe: async ({ home, name }) => {
      const TargetGroupArn = await unusedTargetGroup(home, name);
      const Targets = [{ Id: 'i-0123456789abcdef0' }];
      return refusalOf(home.elb.registerTargets({ TargetGroupArn, Targets }));
    },
  },
  {
    id: 'target-unknown-group',
    title: 'registering with an unknown target group is refused',
    expected: 'TargetGroupNotFoundException',
    observe: ({ home }) =>
      refusalOf(
        home.elb.registerTargets({ TargetGroupArn: UNKNOWN_ARN, Targets: [{ Id: 'i-0123456789abcdef0' }] }),
      ),
  },
  {
    id: 'target-health-unknown-group',
    title: 'the health of an unknown target group is refused',
    expected: 'TargetGroupNotFoundException',
    observe: ({ home }) => refusalOf(home.elb.describeTargetHealth({ TargetGroupArn: UNKNOWN_ARN })),
  },
  {
    id: 'target-group-unknown-name',
    title: 'describing a target group by an unknown name is refused',
    expected: 'TargetGroupNotFoundException',
    observe: ({ home, name }) => refusalOf(home.elb.describeTargetGroups({ Names: [name] })),
  },
  {
    id: 'target-group-equal-twice',
    title: 'creating a target group again with equal settings answers with the first',
    expected: { second: 'accepted', isSame: true },
    observe: async ({ home, name }) => {
      const first = await unusedTargetGroup(home, name);
      let again: string | undefined;
      const second = await refusalOf(unusedTargetGroup(home, name).then((arn) => (again = arn)));
      return { second, isSame: first === again };
    },
  },
  {
    id: 'target-group-other-settings',
    title: 'a second target group of the same name with other settings is refused',
    expected: 'DuplicateTargetGroupNameException',
    observe: async ({ home, name }) => {
      await unusedTargetGroup(home, name);
      return refusalOf(
        home.elb.createTargetGroup({ Name: name, Protocol: 'HTTP', Port: 9999, VpcId: home.vpcId }),
      );
    },
  },
  {
    id: 'group-registers-members',
    title: 'members of a group are registered with its target groups',
    expected: ['healthy', 'healthy'],
    observe: async (observation) => {
      const arn = await usedTargetGroup(observation.home, observation.name);
      await settledGroup(observation, { TargetGroupARNs: [arn] });
      return targetStates(observation.home, arn);
    },
  },
  {
    id: 'attach-registers-members',
    title: 'a target group attached later gets the members that serve',
    expected: ['healthy', 'healthy'],
    observe: async (observation) => {
      const { home, name, subject } = observation;
      const arn = await usedTargetGroup(home, name);
      await settledGroup(observation);
      await home.autoScaling.attachLoadBalancerTargetGroups({
        AutoScalingGroupName: name,
        TargetGroupARNs: [arn],
      });
      subject.passTime();
      return targetStates(home, arn);
    },
  },
  {
    id: 'detach-deregisters-members',
    title: 'a detached target group loses the members',
    expected: { targets: [], members: 2 },
    observe: async (observation) => {
      const { home, name, subject } = observation;
      const arn = await usedTargetGroup(home, name);
      await settledGroup(observation, { TargetGroupARNs: [arn] });
      await home.autoScaling.detachLoadBalancerTargetGroups({
        AutoScalingGroupName: name,
        TargetGroupARNs: [arn],
      });
      subject.passTime();
      const members = (await seeGroup(home, name))?.states.length ?? 0;
      return { targets: await targetStates(home, arn), members };
    },
  },
  {
    id: 'attach-unknown-target-group',
    title: 'attaching an unknown target group is refused',
    expected: 'ValidationError',
    observe: async (observation) => {
      await settledGroup(observation, { MinSize: 0, DesiredCapacity: 0 });
      return refusalOf(
        observation.home.autoScaling.attachLoadBalancerTargetGroups({
          AutoScalingGroupName: observation.name,
          TargetGroupARNs: [UNKNOWN_ARN],
        }),
      );
    },
  },
];
