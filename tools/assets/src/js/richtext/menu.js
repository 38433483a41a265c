import { acts } from './acts.js'
import { beneath } from './place.js'

const folded = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

// menu offers what can begin on an empty line once a "/" is typed there. Further letters narrow it.
export function menu(root, editor, { id, link }) {
  const box = root.querySelector('[data-part=menu]')
  box.id = `${id}-menu`
  const options = [...root.querySelectorAll('[role=toolbar] [data-menu]')].map((button, i) => {
    const option = document.createElement('div')
    option.setAttribute('role', 'option')
    option.id = `${id}-menu-${i}`
    option.dataset.do = button.dataset.do
    option.append(...[...button.childNodes].map((node) => node.cloneNode(true)))
    option.querySelector('.visually-hidden')?.classList.remove('visually-hidden')
    box.append(option)
    return option
  })
  let chosen = 0
  let dismissed = false

  // typed gives what follows the "/", null where there is no menu.
  const typed = () => {
    const { empty, $from } = editor.state.selection
    if (!editor.isFocused || !empty || $from.parent.type.name !== 'paragraph' || $from.parentOffset !== $from.parent.content.size) return null
    return /^\/([^\s/]*)$/.exec($from.parent.textContent)?.[1] ?? null
  }
  const fitting = () => options.filter((option) => !option.hidden)
  const show = () => {
    const word = editor.isEditable ? typed() : null
    if (word === null) dismissed = false
    for (const option of options) option.hidden = word === null || !folded(option.textContent).includes(folded(word))
    box.hidden = word === null || dismissed || fitting().length === 0
    const text = editor.view.dom
    if (box.hidden) {
      chosen = 0
      text.removeAttribute('aria-activedescendant')
      text.removeAttribute('aria-controls')
      return
    }
    chosen = Math.min(chosen, fitting().length - 1)
    for (const option of options) option.setAttribute('aria-selected', String(option === fitting()[chosen]))
    text.setAttribute('aria-controls', box.id)
    text.setAttribute('aria-activedescendant', fitting()[chosen].id)
    beneath(box, editor, editor.state.selection.from)
    fitting()[chosen].scrollIntoView({ block: 'nearest' })
  }
  const choose = (option) => {
    const { $from } = editor.state.selection
    editor.commands.deleteRange({ from: $from.start(), to: $from.end() })
    if (option.dataset.do === 'link') return link.open()
    editor.view.focus()
    acts[option.dataset.do].run(editor)
  }
  box.addEventListener('mousedown', (event) => event.preventDefault())
  box.addEventListener('click', (event) => {
    const option = event.target.closest('[role=option]')
    if (option) choose(option)
  })

  return {
    show,
    key(event) {
      if (box.hidden) return false
      const all = fitting()
      if (event.key === 'Enter') choose(all[chosen])
      else if (event.key === 'Escape') {
        dismissed = true
        show()
      } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        chosen = (chosen + (event.key === 'ArrowDown' ? 1 : -1) + all.length) % all.length
        show()
      } else return false
      event.preventDefault()
      return true
    },
  }
}
