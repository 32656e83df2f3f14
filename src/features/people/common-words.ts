/**
 * Words on which leaked passwords are built, gathered by hand after the patterns that the published
 * yearly rankings share: password words, greetings, names, animals, sports, places, seasons, brands, films,
 * products' default passwords. In lower case, without accents; `common-passwords.ts` undoes the rest.
 */
export const COMMON_WORDS = `
password passwort passwd pass passe passcode passphrase passw passwords mypassword mypass thepassword
yourpassword newpassword oldpassword userpassword adminpassword rootpassword testpassword temppassword
defaultpassword masterpassword motdepasse contrasena contrasenia senha parola parol haslo heslo salasana
wachtwoord losenord kennwort geheim secret secrets topsecret mysecret supersecret admin admins administrator
administrador administrateur root rootroot toor superuser superadmin sysadmin system manager operator user
users username userid guest guests visitor login logon signin signup account access default demo test tests
tester testing testtest testuser testaccount temp temporary changeme changeit changethis change letmein
letmeinnow letmeinplease letme enter openup opensesame open sesame welcome welcometo welcomeback willkommen
bienvenue bienvenido benvenuto hello hellohello helloworld hallo hola bonjour ciao goodbye goodmorning
goodnight thankyou thanks please sorry whatever nothing something anything everything nobody somebody qwerty
qwertyui azerty qwertz qwert asdf asdfasdf asdfgh zxcvbn zxcv wasd qweasd qweasdzxc qweqwe qwe asdasd zxczxc
qazwsx wsxedc abc abcabc abcd abcde abcdef abcdefg xyz aaa bbb ccc ddd xxx zzz foo foobar bar baz lorem
loremipsum ipsum blah blahblah iloveyou iloveu iluvu ilovu loveyou loveu lovelove lovers lover love loved
lovely lovebug lovelife loveme iloveme ilovegod ilovejesus iloveyouforever iloveyousomuch youandme forever
foreverlove always alwaysandforever mylove mylife myfamily family friend friends bestfriend bestfriends bff
together missyou kissme kisses kiss hugs heart hearts sweetheart darling honey honeybee sugar sweetie sweet
sweety sweetpea cutie cutiepie babe baby babyboy babygirl babydoll babyblue boy girl girls boys man men
woman women lady ladies mother mommy mama mom mum father daddy papa dad sister brother son daughter uncle
auntie grandma grandpa princess prince queen king kings queens royal angel angels angela angelo angelina
heaven hell devil demon satan lucifer god godisgood godislove jesus jesuschrist christ christian christmas
blessed blessing faith hope grace mercy holy spirit soul bible church lord jehovah allah muhammad mohammed
mohammad buddha krishna ganesh shiva waheguru bismillah dragon dragons dragonball dragonballz monkey monkeys
tiger tigers tigger lion lions bear bears panda pandas wolf wolves wolfpack fox foxes eagle eagles falcon
falcons hawk hawks raven ravens bird birds butterfly butterflies dolphin dolphins shark sharks whale fish
fishing fisher horse horses pony ponies unicorn unicorns cat cats kitty kitten kittens kittycat hellokitty
pussycat dog dogs doggy doggie puppy puppies bulldog bulldogs rabbit bunny bunnies turtle snake snakes
spider spiders spiderman scorpion scorpio frog froggy duck ducks ducky chicken chickens turkey cow cows bull
bulls pig pigs piggy sheep goat mouse mickey mickeymouse minnie rat elephant giraffe zebra gorilla donkey
cobra viper python mustang mustangs jaguar jaguars panther panthers cougar leopard cheetah phoenix sunshine
sunny sun moon moonlight star stars starlight stardust starwars starfish sky skywalker skyline cloud clouds
rain rainbow rainbows rainy snow snowball snowflake snowman storm stormy thunder lightning fire firefly
fireman flame ice iceman icecream water waterfall river rivers ocean sea beach summer summertime winter
spring springtime autumn fall january february march april may june july august september october november
december monday tuesday wednesday thursday friday saturday sunday weekend holiday vacation birthday
happybirthday halloween easter newyear today tomorrow yesterday morning night midnight evening midday
sunrise sunset earth world universe galaxy planet mars venus jupiter saturn neptune pluto mercury apollo
zeus athena hercules poseidon thor odin loki flower flowers rose roses rosebud lily lilly daisy violet
violets tulip orchid jasmine lavender blossom garden tree trees forest green blue red yellow orange purple
pink black white brown gold golden silver platinum diamond diamonds pearl ruby emerald sapphire crystal
amber jade rainbowdash blackcat blackbird whitney blueberry bluebird blueeyes redrose redsox greenday
purplerain pinkfloyd football footballer soccer baseball basketball volleyball softball hockey tennis golf
golfer rugby cricket boxing wrestling karate judo ninja ninjas samurai swimming swimmer running runner
racing racer skater skateboard snowboard surfing surfer dancer dancing dance cheer cheerleader gymnast
champion champions championship winner winners victory player players playboy game games gamer gaming
gameover playstation nintendo xbox sega pokemon pikachu charizard zelda mario supermario luigi sonic kirby
minecraft fortnite roblox callofduty warcraft worldofwarcraft starcraft overwatch leagueoflegends
counterstrike halflife halo doom quake diablo skyrim assassin assassins warrior warriors soldier soldiers
army marines marine navy airforce military police sniper hunter hunting killer killers killme kill murder
death dead zombie zombies vampire vampires twilight ghost ghosts monster monsters creature alien aliens
pirate pirates captain jacksparrow blackpearl viking vikings knight knights spartan spartans trojan trojans
gladiator batman superman ironman wonderwoman hulk thehulk captainamerica deadpool wolverine xmen avengers
joker harley harleyquinn robin catwoman punisher daredevil hellboy transformers optimusprime bumblebee
gandalf frodo bilbo hobbit legolas aragorn mordor lordoftherings harrypotter hogwarts hermione dumbledore
voldemort gryffindor slytherin snape sirius hagrid ron weasley matrix neo trinity morpheus terminator rambo
rocky jamesbond bond goldeneye skyfall titanic avatar inception gameofthrones winterfell khaleesi daenerys
jonsnow stark lannister arya sherlock sherlocked holmes doctorwho tardis startrek enterprise spock kirk
picard stargate simpsons homer homersimpson bart bartsimpson lisa marge southpark cartman familyguy
spongebob patrick squidward scooby scoobydoo snoopy garfield tweety tweetybird bugsbunny daffyduck donald
donaldduck goofy winnie winniethepooh pooh poohbear piglet eeyore nemo findingnemo shrek frozen elsa simba
lionking aladdin mulan pocahontas cinderella snowwhite tinkerbell peterpan stitch barbie naruto sasuke
sakura itachi goku vegeta gohan bleach ichigo onepiece luffy zoro deathnote evangelion sailormoon anime
manga otaku michael michelle matthew mark maria mary martin martha margaret marina marie marcus jessica
jennifer jeremy jason james jack jackson jackie jacob jake jane janet jasmin john johnny jonathan jordan
jose joseph joshua juan julia julian julie justin andrea andrew andy anna annie anne anthony antonio alex
alexander alexandra alexis alice alicia alison allison amanda amy ashley austin barbara ben benjamin beth
betty billy bobby bonnie brandon brandy brenda brian brittany bruce bryan caitlin cameron carlos carmen
carol caroline catherine cassie charles charlie charlotte chelsea chester chloe chris christina christine
christopher cindy claire claudia cody connor courtney cynthia dakota dallas dan daniel daniela danielle
danny dave david dean debbie deborah dennis derek diana diane diego dominic donna dorothy douglas dustin
dylan eddie eduardo edward elena elizabeth ellen emily emma eric erica erik ethan eva evelyn fernando frank
francis francisco fred freddy gabriel gabriela gabrielle gary george gerald gloria gordon grant greg gregory
guillermo hannah harold harry heather helen henry holly howard isaac isabel isabella ivan janice jeff
jeffrey jenny jesse jill jim jimmy joan joanna joe joel jorge joyce judy karen karina katherine kathleen
kathy katie katrina kayla keith kelly kelsey ken kenneth kevin kim kimberly kristen kristin kyle larry laura
lauren lawrence leonardo leslie linda logan lorenzo louis louise lucas lucia lucy luis luke madison manuel
marcel marco marisol marissa megan melanie melissa mercedes merlin miguel mike mikey miranda mitchell molly
monica morgan nancy naomi natalia natalie natasha nathan nathaniel nicholas nick nicky nicola nicole nikita
nikki nina noah nora norman oliver olivia omar oscar pablo pamela patricia paul paula pauline pedro peter
philip phillip rachel ralph ramon randy raquel raul ray raymond rebecca ricardo richard rick ricky robert
roberto rodrigo roger roland ronald ronaldo rosa rosie roxanne russell ruth ryan sabrina sally sam samantha
samson samuel sandra sandy santiago santos sara sarah savannah scott sean sebastian sergio shadow shane
shannon sharon shawn sheila shelby sherry shirley sidney sierra simon sophia sophie spencer stacey stanley
stella stephanie stephen steve steven stewart stuart susan suzanne sylvia tamara tania tanya tara taylor
teresa terry thomas tiffany timothy tina todd tommy tony tracy travis trevor tristan troy tyler valentina
valeria valerie vanessa veronica vicky victor victoria vincent virginia vivian walter wendy wesley william
willie wilson xavier yolanda yvonne zachary zoe ahmed ali fatima hassan hussein ibrahim mustafa yusuf priya
rahul raj rajesh sanjay sachin amit anil deepak vijay lakshmi india indian pakistan karachi lahore delhi
mumbai bangalore chennai america american americas usa canada canadian mexico mexican brazil brasil
argentina colombia chile peru venezuela england english london liverpool liverpoolfc manchester
manchesterunited manutd manunited mancity arsenal chelseafc everton tottenham newcastle leeds scotland
ireland irish wales france french paris marseille germany german berlin deutschland bayern dortmund schalke
spain spanish madrid realmadrid barcelona barca fcbarcelona messi neymar ronaldinho beckham zidane italy
italia italian roma rome milano milan acmilan inter juventus juve napoli lazio portugal lisboa benfica porto
sporting holland dutch amsterdam ajax feyenoord belgium sweden sverige norway norge denmark danmark finland
suomi poland polska russia russian moscow ukraine istanbul galatasaray fenerbahce besiktas greece athens
egypt cairo israel africa nigeria kenya china chinese beijing shanghai hongkong taiwan japan japanese tokyo
korea seoul vietnam thailand bangkok philippines manila indonesia jakarta malaysia singapore australia
sydney melbourne newzealand newyork newyorkcity california losangeles lasvegas vegas chicago boston texas
texans houston dallascowboys cowboys cowboy florida miami orlando atlanta detroit denver seattle portland
arizona hawaii alaska brooklyn manhattan hollywood disneyland disney yankees redskins steelers packers
patriots broncos raiders giants dodgers lakers celtics knicks spurs heat rockets pistons chargers saints
seahawks bengals jets cubs braves mets phillies ferrari lamborghini porsche mercedesbenz bmw audi volkswagen
toyota honda nissan mazda subaru suzuki yamaha kawasaki ducati harleydavidson corvette camaro chevrolet
chevy mustanggt ford dodge hummer jeep cadillac lexus tesla maserati bugatti google gmail yahoo hotmail
outlook facebook twitter instagram snapchat tiktok whatsapp youtube myspace linkedin linkedinpassword
netflix spotify amazon ebay paypal microsoft windows office apple iphone ipad macintosh macbook samsung
samsunggalaxy nokia android blackberry motorola sony dell lenovo intel nvidia cisco oracle oracleoracle ibm
linux ubuntu debian redhat unix mysql postgres postgresql mongodb database server network internet wireless
wifi router computer computers laptop desktop keyboard printer monitor software hardware developer
programmer coding code hacker hackers hacked hacking security secure private privacy company business work
worker working job jobs money moneymoney cash dollar dollars rich richie million millionaire billion bank
banker lucky luckyme luckystar luckyone fortune chance casino poker jackpot success successful power
powerful strong strength freedom liberty justice peace peaceful truth happy happiness happyday happyme smile
smiley smiling laugh laughing funny fun party partytime crazy crazyme insane stupid idiot dumb loser noob
badboy badgirl badass bitch bitches fuck fuckyou fuckoff fuckme fucker fucking motherfucker asshole shit
bullshit damn dick cock penis pussy vagina boobs tits sex sexy sexyme sexygirl sexylady sexyboy sexsex naked
nude porn porno hardcore bigdick bigboy bigdaddy biggie bigmac hottie hotstuff hotgirl hotboy hot cool
coolio coolguy coolgirl cooldude dude awesome amazing fantastic wonderful beautiful pretty gorgeous handsome
perfect special favorite favourite chocolate vanilla cookie cookies cupcake cupcakes candy candyman lollipop
gummybear caramel brownie cake muffin muffins pancake pancakes waffle donut bread butter peanut peanuts
peanutbutter jelly jellybean jellybeans cheese cheeseburger burger hamburger hotdog pizza pizzahut pasta
spaghetti sausage bacon taco tacos burrito nachos pepper peppers salt spicy ginger cinnamon garlic onion
potato tomato banana bananas apples strawberry cherry cherries peach peaches mango lemon lemonade lime grape
grapes pineapple coconut watermelon melon kiwi coffee espresso starbucks cocacola coke pepsi sprite fanta
mountaindew redbull monsterenergy beer budweiser heineken corona whiskey whisky vodka tequila jackdaniels
wine champagne drunk smoke smoking weed marijuana cannabis music musical musica guitar guitars guitarman
piano drums drummer drum bass bassman rock rocker rockstar rockandroll rocknroll metal heavymetal metallica
megadeth slayer nirvana slipknot korn linkinpark blink acdc ironmaiden motorhead blacksabbath ozzy beatles
thebeatles johnlennon elvis elvispresley queenqueen ledzeppelin rollingstones hendrix marley bobmarley
reggae rasta eminem tupac snoopdogg drdre kanye drake beyonce rihanna shakira madonna britney britneyspears
ladygaga katyperry taylorswift justinbieber bieber onedirection harrystyles jonasbrothers bts blackpink exo
twice kpop hiphop rapper techno trance deejay radio television movie movies video camera photo photography
picture art artist design designer school highschool college university student students teacher teachers
class classroom homework math science history biology chemistry physics doctor nurse nursing hospital lawyer
engineer pilot driver trucker chief boss bossman master masters mastermind ultimate superstar super superfly
superduper supernova supersonic turbo nitro rocket spaceship space spaceman astronaut nasa magic magical
magician wizard witch witches mystic mystery legend legends legendary myth titan titans hero heroes trustno
trustnoone trustme trust honesty honest believe believer dream dreams dreamer dreaming dreamgirl destiny
fate karma infinity eternal eternity immortal pumpkin pumpkins buttercup sunflower sunflowers marshmallow
bubbles bubblegum buttons button pebbles snickers skittles oreo twinkie cracker crackers noodle noodles
dumpling nutella ketchup mustard pickle scooter scrappy buddy buster rusty max maxwell bailey bella cooper
duke jasper lola luna maggie milo patches roxy sadie sammy smokey sparky spot spike toby tucker ziggy ferret
hamster goldfish parrot number one numberone firstone theone thebest thebestever bestever thegreat thegame
theking theman therock undertaker johncena wrestlemania reymysterio stonecold hulkhogan triplex tripleh kobe
kobebryant lebron lebronjames michaeljordan airjordan nike adidas puma reebok converse vans supreme gucci
prada chanel versace louisvuitton companyname ascendore ascendorecrm crm crmadmin salesforce sales salesman
marketing customer customers contact contacts client clients lead leads deal deals pipeline invoice invoices
workspace hubspot pipedrive zoho
`
