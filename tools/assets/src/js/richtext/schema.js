// What a text may have, by the features of its kind. Whatever is pasted is made of these, or goes.
import { Mark, wrappingInputRule } from '@tiptap/core'
import { Bold } from '@tiptap/extension-bold'
import { Document } from '@tiptap/extension-document'
import { HardBreak } from '@tiptap/extension-hard-break'
import { Heading } from '@tiptap/extension-heading'
import { Italic } from '@tiptap/extension-italic'
import { BulletList } from '@tiptap/extension-list/bullet-list'
import { ListItem } from '@tiptap/extension-list/item'
import { ListKeymap } from '@tiptap/extension-list/keymap'
import { OrderedList } from '@tiptap/extension-list/ordered-list'
import { Paragraph } from '@tiptap/extension-paragraph'
import { Text } from '@tiptap/extension-text'
import { Selection } from '@tiptap/extensions/selection'
import { UndoRedo } from '@tiptap/extensions/undo-redo'
import { keep, outside } from './address.js'

const alignment = /^align-(left|center|right|justify)$/
const mostNested = 4 // lists; the server takes deeper ones apart

// An alignment that is stored stays, also where none can be chosen.
const paragraph = Paragraph.extend({
  addAttributes: () => ({ class: { default: null, parseHTML: (element) => (alignment.test(element.className) ? element.className : null) } }),
})

// Headings of other levels come in as the nearest.
const headings = (levels) => Heading.extend({
  parseHTML: () => [1, 2, 3, 4, 5, 6].map((n) => ({ tag: `h${n}`, attrs: { level: Math.min(Math.max(n, levels[0]), levels.at(-1)) } })),
}).configure({ levels })

const mark = (name, ...tags) => Mark.create({ name, parseHTML: () => tags.map((tag) => ({ tag })), renderHTML: () => [tags[0], 0] })

const target = (name, allowed) => ({ default: null, parseHTML: (element) => allowed(element.getAttribute(name)) })
const id = (value) => (/^[1-9]\d{0,17}$/.test(value || '') ? value : null)

// A link leads to an address, or to a page or document of this site by its id.
const link = Mark.create({
  name: 'link',
  priority: 1000,
  inclusive: false,
  addAttributes: () => ({ href: target('href', keep), 'data-page': target('data-page', id), 'data-document': target('data-document', id) }),
  parseHTML: () => [{
    tag: 'a',
    getAttrs: (element) => (keep(element.getAttribute('href')) || id(element.dataset.page) || id(element.dataset.document) ? null : false),
  }],
  renderHTML: ({ HTMLAttributes }) => ['a', outside(HTMLAttributes.href) ? { ...HTMLAttributes, rel: 'nofollow noreferrer' } : HTMLAttributes, 0],
})

// depth tells in how many lists the selection stands.
export const depth = ({ selection: { $from } }) =>
  Array.from({ length: $from.depth }, (_, i) => $from.node(i + 1)).filter((node) => /List$/.test(node.type.name)).length

export const nestable = (editor) => depth(editor.state) > 0 && depth(editor.state) < mostNested && editor.can().sinkListItem('listItem')
export const nest = (editor) => nestable(editor) && editor.commands.sinkListItem('listItem')

// Tab leaves the text, as it leaves every control; the brackets move an item in and out.
const item = ListItem.extend({
  content: 'paragraph (paragraph | list)*',
  addKeyboardShortcuts() {
    return {
      Enter: () => this.editor.commands.splitListItem(this.name),
      'Mod-]': () => nest(this.editor),
      'Mod-[': () => this.editor.commands.liftListItem(this.name),
    }
  },
})

// Numbers always begin with one, because nothing else is stored.
const numbered = OrderedList.extend({
  addAttributes: () => ({}),
  renderHTML: () => ['ol', 0],
  addProseMirrorPlugins: () => [],
  addInputRules() {
    return [wrappingInputRule({ find: /^1[.)]\s$/, type: this.type })]
  },
})

export function extensions(features) {
  const has = (...names) => names.some((name) => features.includes(name))
  const levels = [2, 3, 4].filter((level) => has(`h${level}`))
  const all = [Document, paragraph, Text, HardBreak, UndoRedo, Selection]
  if (levels.length) all.push(headings(levels))
  if (has('bold')) all.push(Bold)
  if (has('italic')) all.push(Italic)
  if (has('sup')) all.push(mark('sup', 'sup'))
  if (has('sub')) all.push(mark('sub', 'sub'))
  if (has('strike')) all.push(mark('strike', 's', 'del', 'strike'))
  if (has('ul')) all.push(BulletList)
  if (has('ol')) all.push(numbered)
  if (has('ul', 'ol')) all.push(item, ListKeymap)
  if (has('link')) all.push(link)
  return all
}
