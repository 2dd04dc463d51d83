// Fingers, pens and mice on the picture: hold to see the photo, pinch or double-click to
// enlarge, drag what is enlarged. A finger that scrolls the page does nothing else.

const HELD = 220; // ms until a press is no click any more
const SLIP = 8; // pixels that a press may move
const TWICE = 2.5; // times, by a double-click

/**
 * Listens to a frame.
 *
 * @param {HTMLElement} frame
 * @param {Zoom} zoom
 * @param {object} on `peek` is told when the photo is to be seen and when no more;
 *   `isGrip` whether an element has its own use for the pointer.
 */
export function listen(frame, zoom, { peek, isGrip }) {
  const pointers = new Map();
  let timer = 0;
  const share = ({ clientX, clientY }) => {
    const box = frame.getBoundingClientRect();
    return [(clientX - box.left) / box.width, (clientY - box.top) / box.height];
  };
  const letGo = () => {
    clearTimeout(timer);
    peek(false);
  };

  frame.addEventListener("pointerdown", (event) => {
    if (event.button || isGrip(event.target)) return;
    pointers.set(event.pointerId, { at: share(event), from: [event.clientX, event.clientY] });
    letGo();
    if (pointers.size === 1) timer = setTimeout(peek, HELD, true);
    else for (const id of pointers.keys()) frame.setPointerCapture(id);
  });
  frame.addEventListener("pointermove", (event) => {
    const pointer = pointers.get(event.pointerId);
    if (!pointer) return;
    const now = share(event);
    if (pointers.size === 2) pinch(zoom, [...pointers.values()], pointer, now);
    else if (pointer.isDragged) zoom.move(now[0] - pointer.at[0], now[1] - pointer.at[1]);
    else {
      const [x, y] = pointer.from;
      if (Math.hypot(event.clientX - x, event.clientY - y) < SLIP) return;
      letGo();
      pointer.isDragged = true;
      frame.setPointerCapture(event.pointerId);
    }
    pointer.at = now;
  });
  for (const end of ["pointerup", "pointercancel"]) {
    frame.addEventListener(end, ({ pointerId }) => {
      pointers.delete(pointerId);
      letGo();
    });
  }
  frame.addEventListener("dblclick", (event) => {
    if (isGrip(event.target)) return;
    if (zoom.isWhole) zoom.to(TWICE, ...share(event));
    else zoom.reset();
  });
  frame.addEventListener("contextmenu", (event) => {
    if (event.pointerType === "touch") event.preventDefault(); // it ends a hold
  });
  const pinched = (event) => event.touches.length > 1 && event.preventDefault();
  for (const kind of ["touchstart", "touchmove"]) {
    frame.addEventListener(kind, pinched, { passive: false }); // no scrolling by two
  }
  frame.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return; // that is how a touchpad pinches
      event.preventDefault();
      zoom.to(zoom.scale * Math.exp(-event.deltaY / 150), ...share(event));
    },
    { passive: false },
  );
}

/** Two fingers: what was between them stays between them. */
function pinch(zoom, [one, two], moved, now) {
  const far = () => Math.hypot(one.at[0] - two.at[0], one.at[1] - two.at[1]);
  const middle = () => [(one.at[0] + two.at[0]) / 2, (one.at[1] + two.at[1]) / 2];
  const before = { far: far(), middle: middle() };
  moved.at = now;
  if (before.far < 0.01) return;
  zoom.to((zoom.scale * far()) / before.far, ...before.middle);
  const [x, y] = middle();
  zoom.move(x - before.middle[0], y - before.middle[1]);
}
