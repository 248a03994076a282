/** VPCs, subnets and zones. VPCs and subnets are seeded. */
import type { Resource } from './resource.ts';

export interface Vpc extends Resource {
  readonly cidr: string;
  readonly isDefault: boolean;
}

export interface Subnet extends Resource {
  readonly vpcId: string;
  readonly zone: string;
  readonly cidr: string;
}

const ZONE_LETTERS = ['a', 'b', 'c'];

/** Every region of the double has three zones. */
export function zonesOf(region: string): { name: string; id: string }[] {
  const short = region.replace(/([a-z]+)-([a-z])[a-z]*-(\d)/, '$1$2$3');
  return ZONE_LETTERS.map((letter, index) => ({ name: `${region}${letter}`, id: `${short}-az${index + 1}` }));
}
