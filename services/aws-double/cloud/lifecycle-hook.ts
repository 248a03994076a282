/** Lifecycle hooks: stored and listed; they do not hold instances. */
import type { Resource } from './resource.ts';

export interface LifecycleHook extends Resource {
  readonly groupName: string;
  readonly name: string;
  readonly transition: string;
  readonly heartbeatTimeoutS: number;
  readonly defaultResult: string;
  readonly notificationTargetArn?: string | undefined;
  readonly roleArn?: string | undefined;
  readonly notificationMetadata?: string | undefined;
}
