// A picture that was chosen is shown as others will see it, cut to a square. It stays on this device until the form is sent.
const side = 200

export function watchPictures() {
  document.addEventListener('change', async (event) => {
    const input = event.target.closest?.('input[data-preview]')
    if (!input) return
    const [file] = input.files
    const picture = file && await createImageBitmap(file).catch(() => null)
    if (input.files[0] !== file) return // another one meanwhile
    input.parentElement.querySelector('canvas')?.remove()
    if (picture) input.after(draw(picture, input.dataset.preview))
  })
}

function draw(picture, name) {
  const canvas = document.createElement('canvas')
  canvas.className = 'avatar avatar-large preview'
  canvas.width = canvas.height = side
  canvas.setAttribute('role', 'img')
  canvas.setAttribute('aria-label', name)
  const cut = Math.min(picture.width, picture.height)
  canvas.getContext('2d').drawImage(picture, (picture.width - cut) / 2, (picture.height - cut) / 2, cut, cut, 0, 0, side, side)
  picture.close()
  return canvas
}
