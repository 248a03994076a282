/** Launch templates, instances, images and security groups. */
import { createTemplate, runOne } from './arrangements.ts';
import { refusalOf, type Behaviour } from './behaviour.ts';
import { IMAGE_ID } from './provider-subject.ts';

const TEMPLATE_ID = 'lt-00000000000000000';
const INSTANCE_ID = 'i-0123456789abcdef0';

export const EC2_BEHAVIOURS: readonly Behaviour[] = [
  {
    id: 'template-round-trip',
    title: 'a launch template is read back as it was written',
    expected: {
      ImageId: IMAGE_ID,
      InstanceType: 't3.small',
      KeyName: 'deployer',
      UserData: 'IyEvYmluL3No',
      SecurityGroupIds: ['sg-1', 'sg-2'],
      EbsOptimized: true,
      IamInstanceProfile: { Name: 'payments' },
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 40, VolumeType: 'gp3' } }],
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'app', Value: 'payments' }] }],
    },
    observe: async ({ home, name }) => {
      await home.ec2.createLaunchTemplate({
        LaunchTemplateName: name,
        LaunchTemplateData: {
          ImageId: IMAGE_ID,
          InstanceType: 't3.small',
          KeyName: 'deployer',
          UserData: 'IyEvYmluL3No',
          SecurityGroupIds: ['sg-1', 'sg-2'],
          EbsOptimized: true,
          IamInstanceProfile: { Name: 'payments' },
          BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 40, VolumeType: 'gp3' } }],
          TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'app', Value: 'payments' }] }],
        },
      });
      const { LaunchTemplateVersions = [] } = await home.ec2.describeLaunchTemplateVersions({
        LaunchTemplateName: name,
      });
      return JSON.parse(JSON.stringify(LaunchTemplateVersions[0]?.LaunchTemplateData ?? null));
    },
  },
  {
    id: 'template-name-is-unique',
    title: 'a second launch template of the same name is refused',
    expected: 'InvalidLaunchTemplateName.AlreadyExistsException',
    observe: async ({ home, name }) => {
      await createTemplate(home, name);
      return refusalOf(createTemplate(home, name));
    },
  },
  {
    id: 'template-token-repeats',
    title: 'a launch template created again with the same client token is the first one',
    expected: { second: 'accepted', isSame: true },
    observe: async ({ home, name }) => {
      const request = {
        LaunchTemplateName: name,
        ClientToken: name,
        LaunchTemplateData: { ImageId: IMAGE_ID },
      };
      const first = await home.ec2.createLaunchTemplate(request);
      let secondId: string | undefined;
      const second = await refusalOf(
        home.ec2
          .createLaunchTemplate(request)
          .then((answer) => (secondId = answer.LaunchTemplate?.LaunchTemplateId)),
      );
      return { second, isSame: first.LaunchTemplate?.LaunchTemplateId === secondId };
    },
  },
  {
    id: 'template-token-mismatch',
    title: 'a client token used with other parameters is refused',
    expected: 'IdempotentParameterMismatch',
    observe: async ({ home, name }) => {
      const create = (suffix: string): Promise<unknown> =>
        home.ec2.createLaunchTemplate({
          LaunchTemplateName: `${name}${suffix}`,
          ClientToken: name,
          LaunchTemplateData: { ImageId: IMAGE_ID },
        });
      await create('-a');
      return refusalOf(create('-b'));
    },
  },
  {
    id: 'template-delete-unknown',
    title: 'deleting an unknown launch template is refused',
    expected: {
      byId: 'InvalidLaunchTemplateId.NotFound',
      byName: 'InvalidLaunchTemplateName.NotFoundException',
    },
    observe: async ({ home, name }) => ({
      byId: await refusalOf(home.ec2.deleteLaunchTemplate({ LaunchTemplateId: TEMPLATE_ID })),
      byName: await refusalOf(home.ec2.deleteLaunchTemplate({ LaunchTemplateName: name })),
    }),
  },
  {
    id: 'template-describe-unknown',
    title: 'describing an unknown launch template is refused',
    expected: {
      byId: 'InvalidLaunchTemplateId.NotFound',
      byName: 'InvalidLaunchTemplateName.NotFoundException',
    },
    observe: async ({ home, name }) => ({
      byId: await refusalOf(home.ec2.describeLaunchTemplates({ LaunchTemplateIds: [TEMPLATE_ID] })),
      byName: await refusalOf(home.ec2.describeLaunchTemplates({ LaunchTemplateNames: [name] })),
    }),
  },
  {
    id: 'template-deleted',
    title: 'a deleted launch template is gone and its name is free',
    expected: 'accepted',
    observe: async ({ home, name }) => {
      const LaunchTemplateId = await createTemplate(home, name);
      await home.ec2.deleteLaunchTemplate({ LaunchTemplateId });
      return refusalOf(createTemplate(home, name));
    },
  },
  {
    id: 'run-token-repeats',
    title: 'instances run again with the same client token are the first ones',
    expected: true,
    observe: async ({ home, name }) => (await runOne(home, name)) === (await runOne(home, name)),
  },
  {
    id: 'run-unknown-image',
    title: 'running an unknown image is refused',
    expected: 'InvalidAMIID.NotFound',
    observe: ({ home }) =>
      refusalOf(home.ec2.runInstances({ ImageId: 'ami-0123456789abcdef0', MinCount: 1, MaxCount: 1 })),
  },
  {
    id: 'instance-pending-then-running',
    title: 'an instance is pending, then running',
    expected: { before: 'pending', after: 'running' },
    observe: async ({ home, subject }) => {
      const id = await runOne(home);
      const state = async (): Promise<string> => {
        const { Reservations = [] } = await home.ec2.describeInstances({ InstanceIds: [id] });
        return String(Reservations[0]?.Instances?.[0]?.State?.Name);
      };
      const before = await state();
      subject.passTime();
      return { before, after: await state() };
    },
  },
  {
    id: 'instance-terminate',
    title: 'a terminated instance shuts down, then is terminated; again changes nothing',
    expected: { answer: 'shutting-down', after: 'terminated', again: 'terminated' },
    observe: async ({ home, subject }) => {
      const InstanceIds = [await runOne(home)];
      subject.passTime();
      const first = await home.ec2.terminateInstances({ InstanceIds });
      subject.passTime();
      const { Reservations = [] } = await home.ec2.describeInstances({ InstanceIds });
      const again = await home.ec2.terminateInstances({ InstanceIds });
      return {
        answer: first.TerminatingInstances?.[0]?.CurrentState?.Name ?? null,
        after: Reservations[0]?.Instances?.[0]?.State?.Name ?? null,
        again: again.TerminatingInstances?.[0]?.CurrentState?.Name ?? null,
      };
    },
  },
  {
    id: 'instance-unknown',
    title: 'an unknown instance is refused, described or terminated',
    expected: { describe: 'InvalidInstanceID.NotFound', terminate: 'InvalidInstanceID.NotFound' },
    observe: async ({ home }) => ({
      describe: await refusalOf(home.ec2.describeInstances({ InstanceIds: [INSTANCE_ID] })),
      terminate: await refusalOf(home.ec2.terminateInstances({ InstanceIds: [INSTANCE_ID] })),
    }),
  },
  {
    id: 'image-unknown',
    title: 'an unknown image is refused by id, and absent by filter',
    expected: { byId: 'InvalidAMIID.NotFound', byFilter: 0 },
    observe: async ({ home }) => {
      const byFilter = await home.ec2.describeImages({
        Filters: [{ Name: 'image-id', Values: ['ami-0123456789abcdef0'] }],
      });
      return {
        byId: await refusalOf(home.ec2.describeImages({ ImageIds: ['ami-0123456789abcdef0'] })),
        byFilter: byFilter.Images?.length ?? 0,
      };
    },
  },
  {
    id: 'image-by-id',
    title: 'an image is described by its id',
    expected: [IMAGE_ID, 'available'],
    observe: async ({ home }) => {
      const { Images = [] } = await home.ec2.describeImages({ ImageIds: [IMAGE_ID] });
      return Images.flatMap((image) => [String(image.ImageId), String(image.State)]);
    },
  },
  {
    id: 'security-group-name-is-unique',
    title: 'a second security group of the same name and VPC is refused',
    expected: 'InvalidGroup.Duplicate',
    observe: async ({ home, name }) => {
      const request = { GroupName: name, Description: 'contract', VpcId: home.vpcId };
      await home.ec2.createSecurityGroup(request);
      return refusalOf(home.ec2.createSecurityGroup(request));
    },
  },
  {
    id: 'security-group-rule-is-unique',
    title: 'an ingress rule that is there already is refused',
    expected: { second: 'InvalidPermission.Duplicate', rules: 1 },
    observe: async ({ home, name }) => {
      const request = { GroupName: name, Description: 'contract', VpcId: home.vpcId };
      const { GroupId = '' } = await home.ec2.createSecurityGroup(request);
      const IpPermissions = [
        { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '10.0.0.0/8' }] },
      ];
      await home.ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions });
      const second = await refusalOf(home.ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions }));
      const { SecurityGroups = [] } = await home.ec2.describeSecurityGroups({ GroupIds: [GroupId] });
      return { second, rules: SecurityGroups[0]?.IpPermissions?.length ?? 0 };
    },
  },
  {
    id: 'security-group-unknown',
    title: 'an unknown security group is refused',
    expected: 'InvalidGroup.NotFound',
    observe: ({ home }) => refusalOf(home.ec2.describeSecurityGroups({ GroupIds: ['sg-0123456789abcdef0'] })),
  },
  {
    id: 'filter-unknown',
    title: 'a filter that does not exist is refused',
    expected: 'InvalidParameterValue',
    observe: ({ home }) =>
      refusalOf(home.ec2.describeSubnets({ Filters: [{ Name: 'colour', Values: ['red'] }] })),
  },
];
