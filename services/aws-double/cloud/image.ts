/** Machine images (AMIs). Images are seeded; the double builds none. */
import type { Resource } from './resource.ts';

export interface Image extends Resource {
  readonly name: string;
  readonly description: string;
  readonly ownerId: string;
  readonly architecture: 'x86_64' | 'arm64';
  readonly isPublic: boolean;
  /** What instances of this image turn out to be: the double's way to ship a bad release. */
  readonly health: 'healthy' | 'unhealthy';
}
