import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Refusal } from '#core/errors.ts'
import { contentTypeOf } from './content-type.ts'
import { renamed, safeFilename } from './filename.ts'
import { docxOf, PNG, pdfOf, zipOf } from './files.testing.ts'

const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
const bytes = (...codes: Array<number | string>) =>
  Buffer.concat(
    codes.map(code => (typeof code === 'string' ? Buffer.from(code, 'latin1') : Buffer.from([code]))),
  )
const EXE = bytes('MZ', 0x90, 0, 3, 0, '\0'.repeat(60), 'This program cannot be run in DOS mode')

test('the type is what the bytes show, under a claim that fits', async () => {
  for (const [head, filename, mimetype, type] of [
    [PNG, 'a.png', 'image/png', 'image/png'],
    [PNG, 'a.jpg', 'image/jpeg', 'image/png'],
    [PNG, 'a', '', 'image/png'],
    [PNG, 'a.png', 'text/plain', 'image/png'],
    [PNG, 'a.png', 'application/octet-stream', 'image/png'],
    [pdfOf('x'), 'a.pdf', 'application/pdf', 'application/pdf'],
    [bytes('\n\n%PDF-1.7\n'), 'a.pdf', 'application/pdf', 'application/pdf'],
    [docxOf('x'), 'a.docx', WORD, WORD],
    [docxOf('x'), 'a.docx', 'application/zip', WORD],
    [zipOf({ 'a.txt': 'x' }), 'a.zip', 'application/x-zip-compressed', 'application/zip'],
    [bytes('name;city\n'), 'a.csv', 'application/vnd.ms-excel', 'text/csv'],
    [bytes('name;city\n'), 'a.csv', 'text/csv; charset=utf-8', 'text/csv'],
    [bytes('\xff\xfeh\0i\0'), 'a.txt', 'text/plain', 'text/plain'],
    [bytes('Gr\xfc\xdfe'), 'a.txt', 'text/plain', 'text/plain'],
    [bytes('# Title\n'), 'a.md', 'application/octet-stream', 'text/markdown'],
    [bytes('<h1>Title</h1>\n'), 'a.md', 'text/markdown', 'text/markdown'],
    [bytes('{"a": 1}'), 'a.json', 'application/json', 'application/json'],
    [bytes('<?xml version="1.0"?><Invoice/>'), 'a.xml', 'text/xml', 'application/xml'],
    [bytes('{\\rtf1 x}'), 'a.rtf', 'text/rtf', 'application/rtf'],
    [bytes('From: a@b.example\n\nHi'), 'a.eml', 'message/rfc822', 'message/rfc822'],
    [bytes(0, 1, 2, 3, 4), 'a.dat', 'application/x-something', 'application/octet-stream'],
  ] as const)
    assert.equal(await contentTypeOf(head, { filename, mimetype }), type, `${filename} ${mimetype}`)
})

test('programs, what a browser could run, and files that are not what they say are refused', async () => {
  for (const [why, head, filename, mimetype] of [
    ['a program', EXE, 'a.png', 'image/png'],
    ['a program of no type', EXE, 'setup', ''],
    ['an ELF program', bytes(0x7f, 'ELF', 2, 1, 1, '\0'.repeat(60)), 'a.txt', 'text/plain'],
    ['a Java class', bytes(0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 52, '\0'.repeat(20)), 'a.bin', ''],
    ['WebAssembly', bytes(0, 'asm', 1, 0, 0, 0), 'a.bin', ''],
    ['a script', bytes('#!/bin/sh\nrm -rf /\n'), 'a.txt', 'text/plain'],
    ['HTML as text', bytes('<!DOCTYPE html><p>x'), 'a.txt', 'text/plain'],
    ['HTML behind a BOM and white space', bytes('\xef\xbb\xbf \n\t<HtMl >'), 'a.csv', 'text/csv'],
    ['HTML in UTF-16', Buffer.from('\ufeff<script>alert(1)</script>', 'utf16le'), 'a.txt', 'text/plain'],
    ['HTML as an image', bytes('<script>alert(1)</script>'), 'a.png', 'image/png'],
    ['HTML as Markdown', bytes('<script>alert(1)</script>'), 'a.md', 'text/markdown'],
    ['SVG by its claim', bytes('x'), 'a.dat', 'image/svg+xml'],
    ['SVG', bytes('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'a.txt', 'text/plain'],
    ['SVG as XML', bytes('<?xml version="1.0"?>\n<svg/>'), 'a.xml', 'application/xml'],
    [
      'SVG under a prefix',
      bytes('<?xml version="1.0"?><a xmlns:s="http://www.w3.org/2000/svg"/>'),
      'a.xml',
      '',
    ],
    [
      'XML with a style sheet',
      bytes('<?xml version="1.0"?><?xml-stylesheet href="a.xsl"?><a/>'),
      'a.xml',
      '',
    ],
    ['a claim of HTML', bytes('hello'), 'a.txt', 'text/html'],
    ['a claim of JavaScript', bytes('hello'), 'a.txt', 'application/javascript'],
    ['PDF as an image', pdfOf('x'), 'a.png', 'image/png'],
    ['an image as PDF', PNG, 'a.pdf', 'application/pdf'],
    ['text as PDF', bytes('hello'), 'a.pdf', 'application/pdf'],
    ['text as an image', bytes('hello'), 'a.png', 'image/png'],
    ['bytes as an image', bytes(0, 1, 2), 'a.jpg', 'image/jpeg'],
    ['bytes as a table', bytes('a', 0, 1), 'a.csv', 'text/csv'],
    ['an image as a table', PNG, 'a.csv', 'text/csv'],
    ['text as a Word document', bytes('hello'), 'a.docx', WORD],
  ] as const)
    await assert.rejects(
      contentTypeOf(head, { filename, mimetype }),
      (error: Refusal) => error.status === 415 && error.issues?.[0]?.path === 'file',
      why,
    )
})

test('names lose what is a trick and keep what is a letter', () => {
  for (const [given, kept] of [
    ['Angebot Müller.pdf', 'Angebot Müller.pdf'],
    ['見積書 2026.xlsx', '見積書 2026.xlsx'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\temp\\plan.txt', 'plan.txt'],
    ['plan.txt/', 'plan.txt'],
    ['invoice\u202efdp.txt', 'invoicefdp.txt'],
    ['a\u0000b\r\nc.txt', 'abc.txt'],
    ['.htaccess', 'htaccess'],
    ['plan.txt. . ', 'plan.txt'],
    ['a<b>:"c|d?e*.txt', 'a_b___c_d_e_.txt'],
    ['CON.txt', '_CON.txt'],
    ['..', 'file'],
    ['', 'file'],
    ['a\u0308.txt', 'ä.txt'],
    ['\ud800x.txt', 'x.txt'],
  ] as const)
    assert.equal(safeFilename(given), kept, JSON.stringify(given))
  const long = safeFilename(`${'ü'.repeat(300)}.pdf`)
  assert.equal(long, `${'ü'.repeat(125)}.pdf`)
})

test('no name of a program is taken, however it is dressed up', () => {
  for (const name of ['a.exe', 'a.pdf.exe', 'a.EXE.', 'a.html ', 'a.svg', 'a.\u202ejs', 'a.lnk', 'x/a.hta'])
    assert.throws(() => renamed(name), /Validation failed/, name)
  assert.equal(renamed('exe.pdf'), 'exe.pdf')
})
