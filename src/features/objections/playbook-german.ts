import type { Playbook } from './playbook.ts'

/** The same in German. */
export const GERMAN: Playbook = {
  price: {
    responses: [
      'Ich verstehe, dass der Preis vertreten werden muss. Stellen wir ihn dem gegenüber, was Sie das Problem im Jahr kostet, mit Ihren eigenen Zahlen.',
      'Wenn das Ganze auf einmal zu viel ist, beginnen wir mit dem Teil, der sich am schnellsten rechnet, und entscheiden über den Rest nach seinen Ergebnissen.',
    ],
    questions: [
      'Womit vergleichen Sie den Preis?',
      'Was kostet Sie das Problem heute, im Monat?',
      'Ist es der Betrag, oder wann er fällig wird?',
      'Wer muss dem Budget noch zustimmen, und worauf achten diese Personen?',
    ],
  },
  timing: {
    responses: [
      'Das leuchtet ein. Welcher Schritt ginge jetzt schon, ohne Ihre Leute zu belasten, damit Sie nichts verlieren, wenn es so weit ist?',
      'Legen wir das Datum fest, an dem es passt, und rechnen von dort zurück, was wann entschieden sein muss.',
    ],
    questions: [
      'Was müsste vorbei sein, bevor Sie anfangen können?',
      'Was geschieht, wenn es bis dahin so bleibt?',
      'Gibt es einen Tag, an dem es laufen muss?',
    ],
  },
  authority: {
    responses: [
      'Danke, dass Sie das sagen. Darf ich für die, die entscheiden, eine Seite mit ihren Fragen vorbereiten und sie zuerst mit Ihnen durchgehen?',
      'Würde es helfen, wenn wir es gemeinsam vorstellen? Sie wissen, was ihnen wichtig ist, ich kenne die Einzelheiten.',
    ],
    questions: [
      'Wer redet noch mit, und was ist jedem davon wichtig?',
      'Wie wurden solche Entscheidungen zuletzt getroffen?',
      'Was brauchen Sie, um es zu empfehlen?',
    ],
  },
  need: {
    responses: [
      'Wenn Sie nichts stört, sollten Sie nichts kaufen. Darf ich fragen, wie viel Zeit in der Woche hineingeht? Andere waren davon überrascht.',
      'Versuchen wir es zwei Wochen mit einem Team. Ändert es nichts, haben Sie nichts verloren.',
    ],
    questions: [
      'Was müsste anders sein, damit es sich lohnt?',
      'Wie machen Sie es heute, und was geht dabei schief?',
      'Wer merkt es zuerst, wenn es schiefgeht?',
    ],
  },
  trust: {
    responses: [
      'Sie sollten mir nicht aufs Wort glauben. Ich kann Sie mit einem Kunden Ihrer Größe verbinden, der denselben Zweifel hatte.',
      'Schreiben wir auf, was wir versprechen, und was Sie bekommen, wenn wir es nicht halten.',
    ],
    questions: [
      'Was würde Sie überzeugen: eine Referenz, ein Test, eine Garantie?',
      'Was lief mit dem vorigen Lieferanten schief?',
      'Wer bei Ihnen hat Zweifel, und woran?',
    ],
  },
  competitor: {
    responses: [
      'Es ist richtig zu vergleichen. Wollen wir gemeinsam aufschreiben, was in einem Jahr gelten muss, und uns beide daran messen?',
      'Die anderen sind gut in dem, was sie tun. Wo Kunden sich für uns entschieden, war es wegen eines Unterschieds; lassen Sie mich zeigen, ob er für Sie zählt.',
    ],
    questions: [
      'Was gefällt Ihnen an deren Angebot?',
      'Was würde Sie für das eine oder das andere entscheiden lassen?',
      'Bis wann entscheiden Sie, und wer vergleicht?',
    ],
  },
  product: {
    responses: [
      'Danke, dass Sie so genau sind. Ich kläre heute, ob es anders geht und wann es kommt; wofür würden Sie es brauchen?',
      'Dürfen wir genau diesen Fall mit Ihnen testen? Dann wissen wir es beide, statt über ein Datenblatt zu streiten.',
    ],
    questions: [
      'In welcher Lage brauchen Sie es, und wie oft?',
      'Wie lösen Sie es heute?',
      'Ist es ein Muss, oder wäre es gut zu haben?',
    ],
  },
  contract: {
    responses: [
      'Bringen wir unsere Juristen mit Ihren über diese eine Klausel zusammen; der Rest scheint vereinbart.',
      'Welches Risiko soll abgedeckt sein? Oft gibt es mehr als einen Wortlaut, der das leistet.',
    ],
    questions: [
      'Welche Klausel ist es, und was beunruhigt Sie daran?',
      'Was haben Sie stattdessen mit anderen unterschrieben?',
      'Wer muss dem Vertrag zustimmen, und wie lange dauert das?',
    ],
  },
}
