/** The registry: every stage type that a pipeline may use. */
import type { StageType, StageTypes } from '../stage-type.ts';
import { applySourceServerGroupCapacityStage } from './apply-source-server-group-capacity.ts';
import { checkPreconditionsStage } from './check-preconditions.ts';
import { cloneServerGroupStage } from './clone-server-group.ts';
import { createServerGroupStage } from './create-server-group.ts';
import { deployStage } from './deploy.ts';
import { destroyServerGroupStage } from './destroy-server-group.ts';
import { disableClusterStage } from './disable-cluster.ts';
import { disableServerGroupStage } from './disable-server-group.ts';
import { enableServerGroupStage } from './enable-server-group.ts';
import { findImageStage } from './find-image.ts';
import { manualJudgmentStage } from './manual-judgment.ts';
import { resizeServerGroupStage } from './resize-server-group.ts';
import { scaleDownClusterStage } from './scale-down-cluster.ts';
import { shrinkClusterStage } from './shrink-cluster.ts';
import { waitStage } from './wait.ts';
import { webhookStage } from './webhook.ts';

const ALL: readonly StageType[] = [
  applySourceServerGroupCapacityStage,
  checkPreconditionsStage,
  cloneServerGroupStage,
  createServerGroupStage,
  deployStage,
  destroyServerGroupStage,
  disableClusterStage,
  disableServerGroupStage,
  enableServerGroupStage,
  findImageStage,
  manualJudgmentStage,
  resizeServerGroupStage,
  scaleDownClusterStage,
  shrinkClusterStage,
  waitStage,
  webhookStage,
];

export const stageTypes: StageTypes = new Map(ALL.map((stageType) => [stageType.type, stageType]));
