import { ask } from './address.js'
import { beneath } from './place.js'

// links shows where the link at the cursor leads, and asks where one is to lead.
export function links(root, editor) {
  const box = root.querySelector('[data-part=link]')
  const part = (name) => box.querySelector(`[data-part=${name}]`)
  const input = box.querySelector('input')
  let asking = false
  let dismissed = null // the link that somebody does not want to hear of

  const href = () => editor.getAttributes('link').href || ''
  const within = () => box.contains(document.activeElement)
  const show = () => {
    const here = editor.isEditable && editor.isActive('link') && editor.state.selection.empty && (editor.isFocused || within())
    if (!here) dismissed = null
    box.hidden = !asking && (!here || dismissed === href())
    part('shown').hidden = asking
    part('asked').hidden = !asking
    part('target').textContent = href()
    if (!box.hidden) beneath(box, editor, editor.state.selection.from)
  }
  const wrong = (is) => {
    part('error').hidden = !is
    if (is) input.setAttribute('aria-invalid', 'true')
    else input.removeAttribute('aria-invalid')
  }
  const close = () => {
    asking = false
    dismissed = href()
    editor.view.focus()
    show()
  }
  const open = () => {
    asking = true
    wrong(false)
    input.value = href()
    show()
    input.focus()
    input.select()
  }
  const remove = () => {
    editor.chain().extendMarkRange('link').unsetMark('link').run()
    close()
  }
  const save = () => {
    const typed = input.value.trim()
    if (typed === '' && editor.isActive('link')) return remove()
    const address = ask(typed)
    wrong(address === null)
    if (address === null) return input.focus()
    const mark = { type: 'link', attrs: { href: address, 'data-page': null, 'data-document': null } }
    if (editor.isActive('link')) editor.chain().extendMarkRange('link').setMark('link', mark.attrs).run()
    else if (editor.state.selection.empty) editor.commands.insertContent({ type: 'text', text: typed, marks: [mark] })
    else editor.commands.setMark('link', mark.attrs)
    editor.commands.setTextSelection(editor.state.selection.to)
    close()
  }

  box.addEventListener('click', (event) => {
    const act = event.target.closest('button')?.dataset.link
    if (act) ({ edit: open, remove, save, close })[act]()
  })
  box.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close()
    else if (event.key === 'Enter' && event.target === input) save()
    else return
    event.preventDefault()
    event.stopPropagation()
  })
  // What somebody types here is no change of the form yet.
  for (const name of ['input', 'change']) box.addEventListener(name, (event) => event.stopPropagation())
  box.addEventListener('focusout', (event) => {
    if (!event.relatedTarget || box.contains(event.relatedTarget)) return
    asking = false
    show()
  })
  root.querySelector('[data-part=text]').addEventListener('scroll', () => { if (!box.hidden) show() })

  return {
    show,
    open,
    key(event) {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k') open()
      else if (event.key === 'Escape' && !box.hidden) close()
      else return false
      event.preventDefault()
      return true
    },
  }
}
