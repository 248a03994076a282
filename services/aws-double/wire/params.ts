/**
 * Parameters of the Query protocol: a form of dotted names, e.g. `Filter.1.Value.2=x` (EC2) or
 * `Tags.member.1.Key=app` (Auto Scaling, ELBv2, STS), decoded to the tree they stand for.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html
 */
import { AwsError, missingParameter } from './aws-error.ts';

/** Decoded parameters: text leaves, numbered parts become arrays, `member` disappears. */
export type ParamTree = string | ParamTree[] | { [name: string]: ParamTree };

interface Branch {
  text?: string;
  readonly children: Map<string, Branch>;
}

/** Decodes the body of a request. `Action` and `Version` stay in. */
export function decodeForm(form: string): { [name: string]: ParamTree } {
  const root: Branch = { children: new Map() };
  for (const [name, value] of new URLSearchParams(form)) {
    let branch = root;
    for (const part of name.split('.')) {
      let next = branch.children.get(part);
      if (next === undefined) branch.children.set(part, (next = { children: new Map() }));
      branch = next;
    }
    branch.text = value;
  }
  const tree: { [name: string]: ParamTree } = {};
  for (const [name, branch] of root.children) tree[name] = treeOf(branch);
  return tree;
}

function treeOf(branch: Branch): ParamTree {
  if (branch.children.size === 0) return branch.text ?? '';
  const only = branch.children.get('member');
  if (only !== undefined && branch.children.size === 1) return treeOf(only);
  const names = [...branch.children.keys()];
  if (names.every((name) => /^\d+$/.test(name))) {
    names.sort((a, b) => Number(a) - Number(b));
    return names.map((name) => treeOf(branch.children.get(name) ?? { children: new Map() }));
  }
  const tree: { [name: string]: ParamTree } = {};
  for (const [name, child] of branch.children) tree[name] = treeOf(child);
  return tree;
}

/** Typed reading of one level of the tree. Every reader refuses a wrong shape as AWS would. */
export class Params {
  readonly tree: { readonly [name: string]: ParamTree };

  constructor(tree: { readonly [name: string]: ParamTree }) {
    this.tree = tree;
  }

  has(name: string): boolean {
    return this.tree[name] !== undefined;
  }

  text(name: string): string | undefined {
    const value = this.tree[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** @throws AwsError MissingParameter */
  required(name: string): string {
    const value = this.text(name);
    if (value === undefined || value === '') throw missingParameter(name);
    return value;
  }

  /** @throws AwsError InvalidParameterValue when it is no whole number */
  integer(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined || value === '') return undefined;
    if (!/^-?\d+$/.test(value)) {
      throw new AwsError('InvalidParameterValue', `Value (${value}) for parameter ${name} is not an integer`);
    }
    return Number(value);
  }

  flag(name: string): boolean | undefined {
    const value = this.text(name);
    return value === undefined ? undefined : value === 'true';
  }

  /** A list of texts; absent is empty. */
  texts(name: string): string[] {
    const value = this.tree[name];
    return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
  }

  /** A list of structures; absent is empty. */
  nodes(name: string): Params[] {
    const value = this.tree[name];
    if (!Array.isArray(value)) return [];
    return value.map((entry) => new Params(typeof entry === 'object' && !Array.isArray(entry) ? entry : {}));
  }

  /** One structure, or undefined when absent. */
  node(name: string): Params | undefined {
    const value = this.tree[name];
    return typeof value === 'object' && !Array.isArray(value) ? new Params(value) : undefined;
  }
}
