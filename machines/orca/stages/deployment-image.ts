/** Which image a deployment uses: the one that is written, else the one that an earlier stage found. */
import { objectsOf, textOf, type StageContext } from '../stage-context.ts';

/**
 * Image ids belong to one region, names do not: for a region that no earlier stage looked at, the name of
 * the image that it found elsewhere is used.
 */
export function deploymentImage(context: StageContext, regions: readonly string[]): string | undefined {
  const written = textOf(context.own['amiName']) ?? textOf(context.own['imageId']);
  if (written !== undefined) return written;
  const details = objectsOf(context.get('deploymentDetails') ?? context.get('amiDetails'));
  const [region, ...others] = regions;
  const mine = details.find((detail) => detail['region'] === region);
  if (mine !== undefined && others.length === 0) {
    return textOf(mine['imageId']) ?? textOf(mine['ami']) ?? textOf(mine['imageName']);
  }
  return details.map((detail) => textOf(detail['imageName'])).find((name) => name !== undefined);
}
