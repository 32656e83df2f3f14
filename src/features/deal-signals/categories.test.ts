import assert from 'node:assert/strict'
import { test } from 'node:test'
import { categorise, categoryOfTag, type ObjectionCategory, spokenOf } from './categories.ts'

test('objections in ordinary words, for which there is no rule, are told apart by what they speak of', () => {
  const said: Record<ObjectionCategory, string[]> = {
    price: ["We can't stretch to that figure.", 'Das gibt unser Etat nicht her.'],
    timing: [
      "We're moving to the new building in May and I don't want to touch anything until that's done.",
      'Melden Sie sich bitte nach den Sommerferien noch einmal, vorher komme ich nicht dazu.',
    ],
    authority: [
      'Decisions like this are made at our parent company in Sweden, we have no say in it here.',
      'Dafür bin ich nicht zuständig, bitte wenden Sie sich an unsere IT-Leitung.',
    ],
    need: [
      'Nobody in the team has ever complained about the way we do it now.',
      'Das haben wir auch so im Griff.',
    ],
    trust: [
      "You say it saves 30 percent, but I haven't seen anything that proves it.",
      'Sie sind ja noch eine recht junge Firma.',
    ],
    competitor: [
      "We've been buying from Dell for ten years and would like to stay with them.",
      'Wir arbeiten seit Jahren mit DATEV zusammen und wollen bei denen bleiben.',
    ],
    product: [
      'We need it to work offline, because our people have no reception on site.',
      'Die Auswertungen sind uns nicht detailliert genug.',
    ],
    contract: [
      'What happens if there is a dispute, and in which court?',
      'Zahlung innerhalb von sieben Tagen ist bei uns nicht möglich.',
    ],
  }
  for (const [category, texts] of Object.entries(said))
    for (const text of texts) assert.equal(categorise(text)?.category, category, text)
  assert.equal(categorise('hello there'), undefined)
})

test('a tag is of a category by its name or by a rule, not by any word that objections use', () => {
  assert.deepEqual(['Price', 'too expensive', 'offline', 'monday'].map(categoryOfTag), [
    'price',
    'price',
    'product',
    undefined,
  ])
})

test('the shortest words are whole ones, and to need something is no lack of need', () => {
  for (const text of ['Rather cool.', 'That approach.', 'We spoke on Monday.'])
    assert.equal(categorise(text), undefined, text)
  assert.equal(categorise('We need an approach that our app supports offline.')?.category, 'product')
  assert.equal(categorise("We don't need that.")?.category, 'need')
})

test('a sentence that denies something objects to what it speaks of, where that is clear and nothing goes well', () => {
  const said: [string, ObjectionCategory | undefined][] = [
    ["There's no Polish version, and the search on the phone is hardly usable.", 'product'],
    ['My signature is not worth anything here, headquarters picks the tools.', 'authority'],
    ['Wir können vor dem Jahresabschluss nichts anfassen, die Kapazität fehlt leider.', 'timing'],
    ['No problem with the contract, the lawyers agreed to every clause.', undefined],
    ['The contract and its clauses arrived.', undefined],
    ['We did not speak about the weather.', undefined],
  ]
  for (const [text, category] of said) assert.equal(spokenOf(text), category, text)
})
