/** @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_EnableMetricsCollection.html */
import { validationError } from '../../wire/aws-error.ts';
import type { Action } from '../action.ts';
import { liveGroupOf, requiredText } from './group-lookup.ts';

const METRICS = [
  'GroupMinSize',
  'GroupMaxSize',
  'GroupDesiredCapacity',
  'GroupInServiceInstances',
  'GroupPendingInstances',
  'GroupStandbyInstances',
  'GroupTerminatingInstances',
  'GroupTotalInstances',
];

export const enableMetricsCollection: Action = (call) => {
  const group = liveGroupOf(call);
  if (requiredText(call.params, 'Granularity') !== '1Minute') {
    throw validationError('Invalid granularity. The only valid value is 1Minute.');
  }
  const named = call.params.texts('Metrics');
  const unknown = named.find((metric) => !METRICS.includes(metric));
  if (unknown !== undefined) throw validationError(`Unknown metric: ${unknown}`);
  const added = named.length === 0 ? METRICS : named;
  call.cloud.put('autoScalingGroup', {
    ...group,
    enabledMetrics: [...new Set([...group.enabledMetrics, ...added])],
  });
  return {};
};
