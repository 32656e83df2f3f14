// Shows the shell's bars until the app is here, to whoever was signed in last in this browser; others see no bars before they sign in.
try {
  if (localStorage.getItem('ascendore.here')) document.documentElement.dataset.here = ''
} catch {
  // A browser that keeps nothing shows no bars.
}
