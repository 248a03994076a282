/** Minimum, maximum and desired size, checked as Clouddriver does. */
import type { Capacity } from '#contracts/server-group.ts';

type Given = { min?: number | undefined; max?: number | undefined; desired?: number | undefined };

/** Problems of a capacity, and the capacity when there are none. Nothing given is no problem and no capacity. */
export function checkCapacity(
  given: Given | undefined,
  description: string,
): { capacity?: Capacity; errors: string[] } {
  const { min, max, desired } = given ?? {};
  if (min === undefined && max === undefined && desired === undefined) return { errors: [] };
  const missing = Object.entries({ min, max, desired }).filter(([, value]) => value === undefined);
  if (min === undefined || max === undefined || desired === undefined) {
    return { errors: missing.map(([field]) => `${description}.capacity.${field}.empty`) };
  }
  if (min > max) return { errors: [`${description}.capacity.transposed`] };
  if (desired < min || desired > max) return { errors: [`${description}.desired.capacity.not.in.range`] };
  return { capacity: { min, max, desired }, errors: [] };
}
