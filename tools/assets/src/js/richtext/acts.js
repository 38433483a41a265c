// What the buttons of the bar and the entries of the menu do. can is left out where an act is always possible.
import { depth, nest, nestable } from './schema.js'

const heading = (level) => ({
  run: (editor) => editor.commands.toggleHeading({ level }),
  on: (editor) => editor.isActive('heading', { level }),
  can: (editor) => editor.can().toggleHeading({ level }),
})

const mark = (name) => ({
  run: (editor) => editor.commands.toggleMark(name),
  on: (editor) => editor.isActive(name),
})

const list = (name, toggle) => ({
  run: (editor) => editor.commands[toggle](),
  on: (editor) => editor.isActive(name),
  can: (editor) => editor.can()[toggle](),
})

const aligned = (name) => ({
  run: (editor) => editor.commands.updateAttributes('paragraph', { class: editor.isActive('paragraph', { class: name }) ? null : name }),
  on: (editor) => editor.isActive('paragraph', { class: name }),
  can: (editor) => editor.isActive('paragraph'),
})

const step = (name) => ({ run: (editor) => editor.commands[name](), can: (editor) => editor.can()[name]() })

export const acts = {
  h2: heading(2),
  h3: heading(3),
  h4: heading(4),
  bold: mark('bold'),
  italic: mark('italic'),
  sup: mark('sup'),
  sub: mark('sub'),
  strike: mark('strike'),
  ul: list('bulletList', 'toggleBulletList'),
  ol: list('orderedList', 'toggleOrderedList'),
  in: { run: nest, can: nestable },
  out: { run: (editor) => editor.commands.liftListItem('listItem'), can: (editor) => depth(editor.state) > 0 },
  left: aligned('align-left'),
  center: aligned('align-center'),
  right: aligned('align-right'),
  justify: aligned('align-justify'),
  undo: step('undo'),
  redo: step('redo'),
}
