/** Word lists for people and firms. Every name of a firm, product or competitor here is invented. */

interface Culture {
  given: readonly string[]
  family: readonly string[]
}

const list = (text: string): string[] => text.trim().split(/\s+/)

export const CULTURES = {
  english: {
    given: list(
      'Abigail Alfie Beatrice Bethany Callum Clara Daphne Dominic Edith Eleanor Felicity Gareth Georgia Harriet Imogen Jasper Joanna Kieran Lydia Marcus Miriam Nathaniel Owen Philippa Rosalind Rupert Samuel Tabitha Theodore Winifred',
    ),
    family: list(
      'Abernathy Ashdown Bellamy Blackwood Brightwell Cartwright Chadwick Copeland Dunmore Ellery Fairbank Garland Hathaway Hollins Ingram Kettering Langford Lockhart Merriweather Norwood Oakden Pemberton Prescott Radcliffe Sheldrake Stanhope Thackeray Underhill Wainwright Yarrow',
    ),
  },
  german: {
    given: list(
      'Anke Antje Björn Bärbel Carsten Detlef Dörte Elke Friederike Götz Hannelore Heike Ingo Jörg Jürgen Käthe Lothar Maren Nadja Niklas Ottilie Rainer Sönke Silke Steffen Thorsten Ulrike Volker Wiebke Wolfgang',
    ),
    family: list(
      'Achterberg Bäcker Böhm Brandstätter Dörfler Eichhorn Fährmann Fröhlich Gärtner Großmann Haßler Hönig Jäger Kühnel Köster Lindemann Lübke Möhring Nägele Ölschläger Pfeiffer Rößler Rüdiger Schäfer Schönfeld Steinhäuser Süßkind Trautmann Vögele Weißmann',
    ),
  },
  french: {
    given: list(
      'Adélaïde Amélie Anaïs Aurélien Benoît Cédric Céline Chloé Clément Delphine Édouard Élodie Étienne Fabrice Geneviève Gaël Hélène Jérôme Joséphine Léa Loïc Mathéo Maëlle Noémie Océane Raphaël Rémi Solène Sébastien Thaïs',
    ),
    family: list(
      'Aubertin Beauchêne Bérubé Boisvert Castelain Charpentier Delaunay Desrosiers Évrard Fauré Gagné Guérin Hébert Joly Lacombe Lefèvre Légaré Maréchal Ménard Noël Pâquet Pelletier Quéré Renaud Rivière Sévigny Tessier Thériault Vaillancourt Villeneuve',
    ),
  },
  nordic: {
    given: list(
      'Agneta Åke Åsa Anders Birgitta Britt Dag Eirik Elin Freja Göran Gunvor Håkan Henrik Ingrid Jörgen Karin Lars Linnéa Maj Märta Nils Örjan Oskar Pernilla Rasmus Signe Sören Tove Ylva',
    ),
    family: list(
      'Ahlström Åkesson Bengtsson Björklund Dahlgren Ekström Engström Fagerberg Forsgren Grönlund Hagström Hjärpe Højgaard Jönsson Källström Lindqvist Löfgren Månsson Nordström Nygård Öberg Østergaard Palmgren Rydén Sandström Sjögren Söderholm Tångring Wikström Zetterlund',
    ),
  },
  iberian: {
    given: list(
      'Adrián Ainhoa Álvaro Amparo Begoña Beltrán Catarina César Conceição Débora Estíbaliz Fabián Gonçalo Gonzalo Inés Íñigo Joaquín João Leocádia Lucía Mafalda Martín Nuria Óscar Pilar Ramón Rocío Sofía Tomás Ximena',
    ),
    family: list(
      'Aguirre Almeida Araújo Arévalo Barreño Benítez Bragança Calderón Carvalhal Castañeda Domínguez Echeverría Falcão Figueiredo Gallardo Guimarães Ibáñez Lourenço Magalhães Muñoz Núñez Ordóñez Peñalver Quiñones Ribeirão Saldaña Simões Teixeira Urrutia Zúñiga',
    ),
  },
  slavic: {
    given: list(
      'Agnieszka Bartłomiej Božena Čeněk Dagmara Danuta Dušan Elżbieta Ewelina Grażyna Hynek Jadwiga Jiří Kamil Krzysztof Łukasz Małgorzata Mateja Mirosław Ondřej Paweł Radosław Řehoř Stanisław Šárka Tomáš Urszula Václav Wojciech Żaneta',
    ),
    family: list(
      'Bąk Błaszczyk Chmiel Czerny Dąbek Dvořáček Gołąb Hájek Jabłoń Kaźmierski Kołodziej Kováčik Kučera Lisek Łukowicz Malý Mróz Novotník Olszewik Pająk Polášek Rybář Sikorek Śliwa Šimůnek Tkaczyk Vondrák Wójtowicz Zając Żurek',
    ),
  },
  southAsian: {
    given: list(
      'Aarav Aditi Anjali Arjun Bhavna Chitra Deepak Divya Farhan Gauri Harish Ishaan Jaya Kavita Kiran Lakshmi Manish Meera Naveen Nisha Pooja Pranav Radhika Rohan Sanjana Shreya Tanvi Usha Vikram Zara',
    ),
    family: list(
      'Acharya Bhatt Chaudhary Dasgupta Deshmukh Fernando Ghosh Gokhale Hegde Iyer Joshi Kapoor Krishnan Kulkarni Mahajan Menon Mukherjee Nair Pillai Qureshi Raghavan Rao Sengupta Shetty Srinivasan Talwar Trivedi Varma Venkatesh Wickramasinghe',
    ),
  },
  african: {
    given: list(
      'Abena Adebayo Adunni Amara Amina Ayodele Chidi Chinwe Efua Emeka Fatou Folasade Ifeoma Jabari Kofi Kwame Lindiwe Makena Mandla Naledi Ngozi Nkechi Obinna Olumide Sade Sipho Temitope Thandiwe Wanjiru Yewande',
    ),
    family: list(
      'Abiola Achebe Adeyemi Afolabi Agyeman Asante Balogun Boateng Chukwu Danso Diallo Dlamini Eze Gakuru Ibekwe Kamau Khumalo Mbeki Mensah Mokoena Ndlovu Nwosu Obi Okafor Okonkwo Osei Owusu Sithole Traoré Zulu',
    ),
  },
  eastAsian: {
    given: list(
      'Aiko Akira Bao Chiyo Daiki Eun-ji Fang Haruka Hiroshi Hye-jin Jia Jun Kaori Kenji Lan Mei Minh Min-jun Naoki Ngoc Quan Rei Ryota Seo-yeon Shan Takumi Thuy Wei Xiu Yuki',
    ),
    family: list(
      'Arakawa Bui Chang Choi Dang Fujita Guo Hayashi Hirano Huang Jung Kang Kimura Kwon Lim Luong Matsuda Nakamoto Ngo Oh Okada Pham Sakamoto Shimizu Tang Tran Uchida Vuong Xu Yamashita',
    ),
  },
  gaelic: {
    given: list(
      'Aisling Aoife Breandán Brónagh Caoimhe Ciarán Cormac Dáithí Deirdre Éamonn Eimear Fiadh Fionn Gráinne Iarlaith Labhrás Máire Méabh Niamh Nollaig Oisín Pádraig Ríona Róisín Ruairí Sadhbh Seán Sinéad Tadhg Úna',
    ),
    family: list(
      'Brannigan Breathnach Callaghan Conneely Corrigan Daly Doherty Fallon Feeney Gallagher Geraghty Hanrahan Heffernan Kavanagh Keane Lally MacNamara McGrath Mulvaney Nolan O’Brien O’Connor O’Dowd O’Shea Ó’Súilleabháin Quinlan Rafferty Scanlon Tierney Whelan',
    ),
  },
} satisfies Record<string, Culture>

export type CultureName = keyof typeof CULTURES

/** Two halves make the root of a firm's name: 46 × 30 roots. */
export const FIRM_HEADS = list(
  'Alder Amber Ash Barrow Bel Birch Bram Brent Cal Carr Cinder Cold Crest Dal Dun Elm Ever Fal Fern Glen Gran Hal Harrow Hazel Holl Iron Kel Kings Lark Lin Mar Mill Nor Oak Pell Quar Raven Ros Sel Silver Stan Thorn Tor Vale Wil Wren',
)
export const FIRM_TAILS = list(
  'avale bank beck borough bourne bridge brook combe croft dale field ford gate ham haven hurst lake land leigh mere minster mont mouth ridge stead stone vik wick wood worth',
)

export const JOBS = [
  ['Head of IT', 'IT'],
  ['IT Manager', 'IT'],
  ['Systems Architect', 'IT'],
  ['Infrastructure Lead', 'IT'],
  ['Chief Information Officer', 'IT'],
  ['Operations Director', 'Operations'],
  ['Warehouse Manager', 'Operations'],
  ['Site Manager', 'Operations'],
  ['Chief Operating Officer', 'Operations'],
  ['Process Engineer', 'Operations'],
  ['Fleet Manager', 'Operations'],
  ['Purchasing Manager', 'Procurement'],
  ['Category Buyer', 'Procurement'],
  ['Head of Procurement', 'Procurement'],
  ['Finance Director', 'Finance'],
  ['Financial Controller', 'Finance'],
  ['Chief Financial Officer', 'Finance'],
  ['Managing Director', 'Management'],
  ['General Manager', 'Management'],
  ['Project Manager', 'Projects'],
  ['Programme Lead', 'Projects'],
  ['Compliance Officer', 'Legal'],
  ['Contracts Counsel', 'Legal'],
] as const

export const STREETS = {
  US: ['Foundry Street', 'Mercer Avenue', 'Depot Road', 'Canal Boulevard', 'Juniper Lane', 'Granary Way'],
  GB: ['Tannery Lane', 'Wharf Road', 'Mill Street', 'Priory Way', 'Station Approach', 'Bishop’s Walk'],
  DE: ['Lagerstraße', 'Mühlenweg', 'Am Güterbahnhof', 'Gewerbering', 'Hafenallee', 'Färbergasse'],
  FR: ['rue des Entrepôts', 'avenue de la Gare', 'quai des Forges', 'rue du Moulin', 'allée des Tilleuls'],
  SE: ['Lagergatan', 'Hamnvägen', 'Industrigränd', 'Kvarnbacken', 'Smedjegatan'],
} as const
