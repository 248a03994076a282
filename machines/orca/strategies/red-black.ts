/** Red/black: the new server group takes over, the old ones are disabled and stay for a quick way back. */
import { flagOf, numberOf, objectOf, textOf, type StageContext } from '../stage-context.ts';
import type { SyntheticStage } from '../stage-type.ts';
import { cleanupContext, type Strategy } from './strategy.ts';

export const redBlack: Strategy = {
  name: 'redblack',
  after: (context) => {
    if (!hasSource(context)) return [];
    const base = cleanupContext(context);
    const keep = numberOf(context.own['maxRemainingAsgs']) ?? 0;
    const shrink: SyntheticStage = {
      type: 'shrinkCluster',
      name: 'shrinkCluster',
      context: {
        ...base,
        shrinkToSize: keep,
        allowDeleteActive: flagOf(context.own['allowDeleteActive']) ?? false,
        retainLargerOverNewer: false,
      },
    };
    const disable: SyntheticStage = {
      type: 'disableCluster',
      name: 'disableCluster',
      context: { ...base, remainingEnabledServerGroups: 1, preferLargerOverNewer: false },
    };
    return [
      ...(keep > 0 ? [shrink] : []),
      ...waitOf('Wait Before Disable', delayOf(context, ['delayBeforeCleanup', 'delayBeforeDisableSec'])),
      disable,
      ...(flagOf(context.own['scaleDown']) === true ? scaleDown(context) : []),
    ];
  },
};

function scaleDown(context: StageContext): SyntheticStage[] {
  return [
    ...waitOf(
      'Wait Before Scale Down',
      delayOf(context, ['delayBeforeScaleDown', 'delayBeforeScaleDownSec']),
    ),
    {
      type: 'scaleDownCluster',
      name: 'scaleDown',
      context: {
        ...cleanupContext(context),
        allowScaleDownActive: flagOf(context.own['allowScaleDownActive']) ?? false,
        remainingFullSizeServerGroups: 1,
        preferLargerOverNewer: false,
      },
    },
  ];
}

/** The first deployment of a cluster has nothing to take over from. */
function hasSource(context: StageContext): boolean {
  const source = objectOf(context.own['source']);
  return textOf(source?.['serverGroupName']) !== undefined || textOf(source?.['asgName']) !== undefined;
}

function delayOf(context: StageContext, keys: readonly string[]): number {
  for (const key of keys) {
    const seconds = numberOf(context.own[key]);
    if (seconds !== undefined && seconds > 0) return seconds;
  }
  return 0;
}

function waitOf(name: string, seconds: number): SyntheticStage[] {
  return seconds > 0 ? [{ type: 'wait', name, context: { waitTime: seconds } }] : [];
}
