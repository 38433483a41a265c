import { Editor } from '@tiptap/core'
import { bar } from './bar.js'
import { links } from './links.js'
import { menu } from './menu.js'
import { plain } from './pasted.js'
import { extensions } from './schema.js'
import { read, write } from './text.js'

// attach puts an editor before a textarea and keeps the two the same. A text that nobody changes stays as it was sent.
export function attach(area) {
  const parts = area.parentElement.querySelector('template[data-editor]').content
  const root = document.importNode(parts.firstElementChild, true)
  const features = area.dataset.richtext.split(' ')
  const label = area.labels[0]
  const hadFocus = document.activeElement === area
  if (label) label.id ||= `${area.id}-label`
  root.toggleAttribute('data-tall', area.rows > 8)
  area.before(root)

  let original // the document that the text of the form was when it came
  let received // that text
  let last // what the form holds because of us
  let left = area.value // what the form held when the text last lost the focus
  const tell = (event) => area.dispatchEvent(new Event(event, { bubbles: true }))
  const keep = () => {
    const now = editor.state.doc.eq(original) ? received : write(editor)
    if (now === area.value) return
    area.value = last = now
    tell('input')
  }
  const source = () => root.hasAttribute('data-source')
  const idle = () => area.matches(':disabled') || area.readOnly

  // As with other controls, the one that is reached by a key comes into sight as a whole.
  let pointing = false
  root.addEventListener('pointerdown', () => { pointing = true })
  root.addEventListener('click', () => { pointing = false })

  const tools = []
  const editor = new Editor({
    element: root.querySelector('[data-part=text]'),
    injectCSS: false,
    extensions: extensions(features),
    content: read(area.value),
    editable: !idle(),
    editorProps: {
      attributes: () => described(area, label),
      transformPastedHTML: plain,
      handleKeyDown: (view, event) => tools.some((tool) => tool.key?.(event)),
    },
    onUpdate: keep,
    onTransaction: () => tools.forEach((tool) => tool.show()),
    onFocus: () => {
      if (!pointing) root.scrollIntoView({ block: 'nearest' })
      tools.forEach((tool) => tool.show())
    },
    onBlur: () => {
      tools.forEach((tool) => tool.show())
      if (area.value !== left) tell('change')
      left = area.value
    },
  })

  const follow = () => {
    if (area.value !== last) {
      received = last = area.value
      editor.commands.setContent(read(received), { emitUpdate: false })
      original = editor.state.doc
    }
    area.tabIndex = source() ? 0 : -1
    if (source()) area.removeAttribute('aria-hidden')
    else area.setAttribute('aria-hidden', 'true')
    if (editor.isEditable === idle()) editor.setEditable(!idle(), false)
    editor.view.setProps({}) // label, help and errors may be others now
    tools.forEach((tool) => tool.show())
  }
  const swap = () => {
    root.toggleAttribute('data-source')
    follow()
    if (source()) area.focus()
    else editor.view.focus()
  }
  received = last = area.value
  original = editor.state.doc
  const link = features.includes('link') ? links(root, editor) : null
  tools.push(bar(root, editor, { features, link, swap, idle, source }), menu(root, editor, { id: area.id, link }))
  if (link) tools.push(link)

  // Labels, the summary of problems and scripts give the focus to the textarea.
  const pass = () => { if (root.isConnected && !source()) editor.view.focus() }
  area.addEventListener('focus', pass)
  follow()
  if (hadFocus) editor.commands.focus('end')

  return {
    root,
    follow,
    finish: () => { if (!source() && !idle()) editor.view.domObserver.forceFlush() },
    end: () => {
      area.removeEventListener('focus', pass)
      area.removeAttribute('aria-hidden')
      area.tabIndex = 0
      editor.destroy()
      root.remove()
    },
  }
}

// described gives the text what the textarea is called and described by.
function described(area, label) {
  const attributes = { id: `${area.id}-text`, class: 'richtext-text', 'aria-multiline': 'true' }
  if (label) attributes['aria-labelledby'] = label.id
  for (const name of ['aria-invalid', 'aria-required']) if (area.hasAttribute(name)) attributes[name] = area.getAttribute(name)
  attributes['aria-describedby'] = `${area.getAttribute('aria-describedby') || ''} ${area.id}-hint`.trim()
  if (area.matches(':disabled')) {
    attributes['aria-disabled'] = 'true'
    delete attributes['aria-required']
  } else if (area.readOnly) attributes['aria-readonly'] = 'true'
  if (area.lang) attributes.lang = area.lang
  return attributes
}
