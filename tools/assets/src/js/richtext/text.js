import { plain } from './pasted.js'

// How the text of a form becomes a document, and a document the text of a form.

// A text that was typed without any markup has paragraphs between its empty lines, as the server has it.
export function read(text) {
  const typed = text.replace(/\r\n/g, '\n').trim()
  if (typed === '' || typed.includes('<')) return plain(typed)
  return `<p>${typed.replace(/\n\s*\n/g, '</p><p>').replace(/\n/g, '<br>')}</p>`
}

// Texts are stored as short as they can be: an item of a list that is one paragraph is its words.
export function write(editor) {
  if (editor.isEmpty) return ''
  const box = document.createElement('template')
  box.innerHTML = editor.getHTML()
  for (const item of box.content.querySelectorAll('li')) {
    const paragraphs = [...item.children].filter((child) => child.matches('p'))
    if (paragraphs.length === 1 && !paragraphs[0].hasAttributes()) paragraphs[0].replaceWith(...paragraphs[0].childNodes)
  }
  while (box.content.lastElementChild?.matches('p:empty')) box.content.lastElementChild.remove()
  return box.innerHTML.replaceAll('&nbsp;', '\u00a0')
}
