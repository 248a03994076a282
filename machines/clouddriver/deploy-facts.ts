/** What is known of one new server group on its way, and what the steps read from it. */
import type { ServerGroupDetail } from '#contracts/operations/cloud-activity.contract.ts';
import type { DeployTarget, LaunchSettings } from '#contracts/operations/launch-settings.contract.ts';
import type { Capacity } from '#contracts/server-group.ts';
import type { NamedAt } from './frigga.ts';
import { known, type StepScope } from './saga/saga-step.ts';

/** What the steps find out about one region's new server group. */
export type DeployFacts = {
  existing: NamedAt[];
  ancestor: string;
  source: Pick<ServerGroupDetail, 'name' | 'capacity' | 'zones' | 'subnetIds' | 'launch'>;
  serverGroupName: string;
  imageId: string;
  imageName: string;
  targetGroupArns: string[];
  subnetIds: string[];
  zones: string[];
  vpcId: string;
  securityGroupIds: string[];
  launchTemplateId: string;
  launchTemplateVersion: string;
  launchTemplateCreatedAtMs: number;
  createdAtMs: number;
  capacity: Capacity;
};

export type DeployScope = StepScope<DeployTarget, DeployFacts>;

export function placeOf({ target }: DeployScope) {
  return { account: target.account, region: target.region };
}

export function namedAt(scope: DeployScope) {
  return { ...placeOf(scope), serverGroupName: nameIn(scope) };
}

export function nameIn({ facts }: DeployScope): string {
  return known(facts.serverGroupName, 'serverGroupName');
}

/** The source's settings, overridden by what the request says. A create copies nothing but capacity. */
export function launchOf({ target, facts }: DeployScope): LaunchSettings {
  return target.clone ? { ...facts.source?.launch, ...target.launch } : target.launch;
}
