/** The EC2 actions the double knows. */
import type { ActionTable } from './action.ts';
import { describeImages } from './ec2/images.ts';
import { describeInstanceTypes } from './ec2/instance-types.ts';
import { describeInstances, runInstances, terminateInstances } from './ec2/instances.ts';
import {
  createLaunchTemplate,
  createLaunchTemplateVersion,
  deleteLaunchTemplate,
  describeLaunchTemplates,
  describeLaunchTemplateVersions,
} from './ec2/launch-templates.ts';
import {
  describeAvailabilityZones,
  describeKeyPairs,
  describeSubnets,
  describeVpcs,
} from './ec2/networks.ts';
import {
  authorizeSecurityGroupIngress,
  createSecurityGroup,
  deleteSecurityGroup,
  describeSecurityGroups,
} from './ec2/security-groups.ts';
import { createTags, deleteTags } from './ec2/tags.ts';

export const EC2_ACTIONS: ActionTable = {
  DescribeImages: describeImages,
  DescribeInstanceTypes: describeInstanceTypes,
  DescribeVpcs: describeVpcs,
  DescribeSubnets: describeSubnets,
  DescribeAvailabilityZones: describeAvailabilityZones,
  DescribeKeyPairs: describeKeyPairs,
  DescribeSecurityGroups: describeSecurityGroups,
  CreateSecurityGroup: createSecurityGroup,
  DeleteSecurityGroup: deleteSecurityGroup,
  AuthorizeSecurityGroupIngress: authorizeSecurityGroupIngress,
  CreateLaunchTemplate: createLaunchTemplate,
  CreateLaunchTemplateVersion: createLaunchTemplateVersion,
  DescribeLaunchTemplates: describeLaunchTemplates,
  DescribeLaunchTemplateVersions: describeLaunchTemplateVersions,
  DeleteLaunchTemplate: deleteLaunchTemplate,
  DescribeInstances: describeInstances,
  RunInstances: runInstances,
  TerminateInstances: terminateInstances,
  CreateTags: createTags,
  DeleteTags: deleteTags,
};
