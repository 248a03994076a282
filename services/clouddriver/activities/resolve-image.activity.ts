import { cloudActivity, type CloudActivityDeps, type CloudActivity } from './cloud-activity.ts';

/**
 * Finds an image by id or name; of several with one name, the newest.
 *
 * Reads only.
 *
 * @throws ActivityFailed, terminal: IMAGE_NOT_FOUND.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html
 */
export function resolveImage(deps: CloudActivityDeps): CloudActivity<'resolveImage'> {
  return cloudActivity('resolveImage', deps);
}
