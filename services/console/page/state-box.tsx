/** One state: its name, what it invokes and does, lit while the actor is in it. */
import { memo } from 'react';
import { Handle, Position, type Node, type NodeProps } from '@xyflow/react';
import type { StatechartNode } from '#contracts/statechart-description.ts';
import type { NodeRow } from './statechart-graph.ts';

export type StateBoxData = {
  /** Undefined for the dot before an initial state. */
  node: StatechartNode | undefined;
  rows: readonly NodeRow[];
  /** Whether it holds other states. */
  isBox: boolean;
  isActive: boolean;
  /** Whether it is the innermost active state. */
  isLeaf: boolean;
  possible: ReadonlySet<number>;
};

const ROW_MARKS: Readonly<Record<NodeRow['kind'], string>> = {
  activity: '⚙',
  actor: '◈',
  entry: 'entry',
  exit: 'exit',
  stays: 'on',
};

function Box({ data }: NodeProps<Node<StateBoxData>>) {
  const { node, rows, isBox, isActive, isLeaf, possible } = data;
  if (!node) return <div className="initial-dot">{handles()}</div>;
  const words = ['state', `state-${node.type}`];
  if (isBox) words.push('state-box');
  if (isActive) words.push('is-active');
  if (isLeaf) words.push('is-leaf');
  if (node.type === 'history') {
    return (
      <div className={words.join(' ')} title={`history, ${node.history ?? 'shallow'}`}>
        {node.history === 'deep' ? 'H*' : 'H'}
        {handles()}
      </div>
    );
  }
  return (
    <div
      className={words.join(' ')}
      data-state={node.id}
      data-active={isActive}
      title={node.description ?? node.id}
    >
      <div className="state-name">
        <span className="state-key">{node.key}</span>
        {node.tags.map((tag) => (
          <span key={tag} className="tag">
            {tag}
          </span>
        ))}
      </div>
      {rows.length > 0 && (
        <ul className="state-rows">
          {rows.map((row, index) => (
            <li
              key={index}
              className={`row-${row.kind}${row.edge !== undefined && possible.has(row.edge) ? ' is-possible' : ''}`}
              title={row.text}
            >
              <span className="row-mark">{ROW_MARKS[row.kind]}</span> {row.text}
            </li>
          ))}
        </ul>
      )}
      {handles()}
    </div>
  );
}

/** React Flow draws no line to a node without them. */
function handles() {
  return (
    <>
      <Handle type="target" position={Position.Top} isConnectable={false} />
      <Handle type="source" position={Position.Bottom} isConnectable={false} />
    </>
  );
}

export const StateBox = memo(Box);
