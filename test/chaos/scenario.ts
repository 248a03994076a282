/** What a chaos run deploys: each deployment replaces the one server group of a cluster of its own, red/black. */
import {
  DEMO_ACCOUNT,
  DEMO_SEED,
  demoImageId,
  demoSecurityGroupId,
  demoSubnetIds,
} from '#services/aws-double/seed/demo.ts';
import type { SeedInput } from '#services/aws-double/seed/seed-format.ts';

const REGION = 'us-east-1';

export const clusterOf = (deployment: number): string => `payments-c${deployment}`;
export const oldGroupOf = (deployment: number): string => `${clusterOf(deployment)}-v000`;
export const newGroupOf = (deployment: number): string => `${clusterOf(deployment)}-v001`;

/** The demo's cloud, and one enabled server group for each deployment. */
export function chaosSeed(deployments: number): SeedInput {
  return {
    ...DEMO_SEED,
    serverGroups: Array.from({ length: deployments }, (_, deployment) => ({
      account: DEMO_ACCOUNT,
      region: REGION,
      name: oldGroupOf(deployment),
      capacity: { min: 1, max: 1, desired: 1 },
      imageId: demoImageId(REGION, '1.4.1'),
      subnetIds: demoSubnetIds(REGION),
      securityGroupIds: [demoSecurityGroupId(REGION)],
      targetGroups: ['payments'],
      createdAtMs: Date.UTC(2026, 0, 1),
      tags: { application: 'payments', cluster: clusterOf(deployment) },
    })),
  };
}

/** Body of the deploy request. The request id makes a repeated request harmless. */
export function deployRequest(deployment: number): Record<string, unknown> {
  return {
    requestId: `chaos-${deployment}`,
    user: 'chaos',
    pipeline: {
      application: 'payments',
      name: `Deploy ${clusterOf(deployment)}`,
      stages: [
        {
          refId: '1',
          type: 'createServerGroup',
          name: 'Deploy',
          account: 'test',
          credentials: 'test',
          cloudProvider: 'aws',
          application: 'payments',
          stack: `c${deployment}`,
          strategy: 'redblack',
          region: REGION,
          availabilityZones: { [REGION]: [`${REGION}a`, `${REGION}b`] },
          amiName: demoImageId(REGION, '1.4.2'),
          instanceType: 'm5.large',
          capacity: { min: 1, max: 1, desired: 1 },
          subnetType: 'internal',
          securityGroups: ['payments'],
          targetGroups: ['payments'],
        },
      ],
    },
  };
}
