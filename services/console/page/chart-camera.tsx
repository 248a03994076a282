/** What of the statechart is in view: where the actor is, or all of it. Following, it moves with the actor. */
import { useEffect, useState } from 'react';
import { MiniMap, Panel, useReactFlow, useStore, type Rect, type Viewport } from '@xyflow/react';
import type { Layout } from './statechart-layout.ts';

/** Smaller than this, nobody can read the names. */
const READABLE_ZOOM = 0.6;
/** Larger than this, nothing of its surroundings is seen. */
const NEAR_ZOOM = 0.85;
const MARGIN_PX = 36;
const MOVE_MS = 350;

/** Rather all of where the actor is, a little smaller, than a part of it. */
const SMALLEST_ZOOM = 0.42;

/** `interest`: ids of the nodes that should be in view, the best choice first; the first that fits is taken. */
export function ChartCamera({ layout, interest }: { layout: Layout; interest: readonly string[][] }) {
  const { setViewport } = useReactFlow();
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const [follows, setFollows] = useState(true);
  const place = JSON.stringify(interest);
  const whole = viewOn(boundsOf(layout, undefined), { width, height, zoomMin: 0, zoomMax: 1.1 });
  const isReadable = whole.zoom >= READABLE_ZOOM;
  useEffect(() => {
    if (width === 0 || height === 0) return;
    const duration = matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : MOVE_MS;
    const all = viewOn(boundsOf(layout, undefined), { width, height, zoomMin: 0, zoomMax: 1.1 });
    const near = { width, height, zoomMin: SMALLEST_ZOOM, zoomMax: NEAR_ZOOM };
    const choices = (JSON.parse(place) as string[][]).map((ids) => boundsOf(layout, ids));
    const fits = choices.find((bounds) => fittingZoom(bounds, near) >= READABLE_ZOOM);
    const chosen = viewOn(fits ?? choices.at(-1) ?? boundsOf(layout, []), near);
    void setViewport(follows && all.zoom < READABLE_ZOOM ? chosen : all, { duration });
  }, [layout, place, follows, width, height, setViewport]);
  // A chart that can be read as a whole is always seen as a whole.
  if (width === 0 || isReadable) return null;
  return (
    <>
      <Panel position="top-right">
        <div className="camera" role="group" aria-label="What is in view">
          <button type="button" aria-pressed={follows} onClick={() => setFollows(true)}>
            Where it is
          </button>
          <button type="button" aria-pressed={!follows} onClick={() => setFollows(false)}>
            Whole chart
          </button>
        </div>
      </Panel>
      {follows && (
        <MiniMap
          pannable
          zoomable
          ariaLabel="The whole statechart, small"
          nodeClassName={({ data }) => (data['isLeaf'] === true ? 'is-leaf' : '')}
        />
      )}
    </>
  );
}

/** The rectangle around some nodes, or around all when none of them is there. */
function boundsOf({ nodes }: Layout, ids: readonly string[] | undefined): Rect {
  const places = new Map<string, Rect>();
  for (const { id, parent, x, y, width, height } of nodes) {
    const origin = parent === undefined ? undefined : places.get(parent);
    places.set(id, { x: x + (origin?.x ?? 0), y: y + (origin?.y ?? 0), width, height });
  }
  const wanted = (ids ?? []).flatMap((id) => places.get(id) ?? []);
  const shown = wanted.length > 0 ? wanted : [...places.values()];
  const x = Math.min(...shown.map((rect) => rect.x));
  const y = Math.min(...shown.map((rect) => rect.y));
  return {
    x,
    y,
    width: Math.max(...shown.map((rect) => rect.x + rect.width)) - x,
    height: Math.max(...shown.map((rect) => rect.y + rect.height)) - y,
  };
}

type Screen = { width: number; height: number; zoomMin: number; zoomMax: number };

function fittingZoom(bounds: Rect, { width, height }: Screen): number {
  return Math.min((width - 2 * MARGIN_PX) / bounds.width, (height - 2 * MARGIN_PX) / bounds.height);
}

function viewOn(bounds: Rect, screen: Screen): Viewport {
  const zoom = Math.max(screen.zoomMin, Math.min(screen.zoomMax, fittingZoom(bounds, screen)));
  return {
    zoom,
    x: screen.width / 2 - (bounds.x + bounds.width / 2) * zoom,
    y: screen.height / 2 - (bounds.y + bounds.height / 2) * zoom,
  };
}
