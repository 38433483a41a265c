// beneath puts a box of the editor under a place of its text, inside the editor's own width.
export function beneath(box, editor, position) {
  const frame = box.offsetParent.getBoundingClientRect()
  const { left, bottom } = editor.view.coordsAtPos(position)
  const room = frame.width - box.offsetWidth
  box.style.left = `${Math.max(0, Math.min(left - frame.left, room))}px`
  box.style.top = `${Math.max(0, Math.min(bottom - frame.top, frame.height)) + 4}px`
}
