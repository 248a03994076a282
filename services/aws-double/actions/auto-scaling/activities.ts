/** @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeScalingActivities.html */
import { activityStatusAt, type ScalingActivity } from '../../cloud/scaling-activity.ts';
import { pageOf } from '../../wire/page.ts';
import { members, timeText, type XmlNode } from '../../wire/response-xml.ts';
import type { Action } from '../action.ts';

const PAGE_DEFAULT = 100;

/** Newest first. */
export const describeScalingActivities: Action = ({ cloud, params, nowMs }) => {
  const name = params.text('AutoScalingGroupName');
  const ids = params.texts('ActivityIds');
  const wanted = cloud
    .list('scalingActivity')
    .filter((activity) => name === undefined || activity.groupName === name)
    .filter((activity) => ids.length === 0 || ids.includes(activity.id))
    .toReversed();
  const sizeMax = params.integer('MaxRecords') ?? PAGE_DEFAULT;
  const page = pageOf(wanted, { token: params.text('NextToken'), sizeMax });
  return {
    Activities: members(page.entries.map((activity) => activityNode(activity, nowMs))),
    NextToken: page.nextToken,
  };
};

export function activityNode(activity: ScalingActivity, nowMs: number): XmlNode {
  const status = activityStatusAt(activity, nowMs);
  return {
    ActivityId: activity.id,
    AutoScalingGroupName: activity.groupName,
    AutoScalingGroupARN: activity.groupArn,
    Description: activity.description,
    Cause: activity.cause,
    StartTime: timeText(activity.createdAtMs),
    EndTime: nowMs >= activity.finishedAtMs ? timeText(activity.finishedAtMs) : undefined,
    StatusCode: status.code,
    StatusMessage: activity.statusMessage,
    Progress: status.progress,
    Details: '{}',
  };
}
