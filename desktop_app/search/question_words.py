"""How questions ask for a date, a number, a time span, a name or a reason, and how texts say one.

The vocabulary of ten languages, written as in a dictionary; what reads it folds case and
accents. Words of one language that mean something else in another (Dutch "wie", who; German
"wie", how) are kept apart by the language of the question.
"""

from __future__ import annotations

from enum import Enum


class AnswerKind(Enum):
    """What a question wants to hear."""

    DATE = "date"
    NUMBER = "number"
    DURATION = "duration"
    NAME = "name"
    REASON = "reason"


DATE, NUMBER, DURATION, NAME, REASON = AnswerKind

ASKS: dict[str, dict[AnswerKind, str]] = {
    "en": {
        DATE: "when|what year|what years|what date|what day|what month|what time|which year|"
        "which day|which month|which date|which years|what century|which century;deadline|date",
        DURATION: "how long|how many years|how many months|how many weeks|how many days|"
        "how many hours|how many minutes|how many seconds|how much time|how much notice;"
        "time limit|duration|notice period",
        NUMBER: "how many|how much|how old|how often|how far|how high|how tall|how big|how large|"
        "how deep|how heavy|how fast|how wide|how thick|how hot|how cold|how accurate|what age;"
        "percentage|percent|amount|number|price|cost|costs|fee|salary|rate|share|population|"
        "weight|height|width|depth|temperature|pressure|minimum|maximum|limit",
        NAME: "who|whom|whose|which person|what person|which company|what company;name",
        REASON: "why|what caused|what causes|what led;reason|cause",
    },
    "de": {
        DATE: "wann|welchem jahr|welches jahr|welchem tag|welches datum|welchem datum|"
        "welchem monat|welchem jahrhundert|wie viel uhr;frist|stichtag|datum",
        DURATION: "wie lange|wie viele jahre|wie viele monate|wie viele wochen|wie viele tage|"
        "wie viele stunden|wie viele minuten|wie viele sekunden;dauer|kündigungsfrist",
        NUMBER: "wie viel|wieviel|wie viele|wieviele|wie hoch|wie alt|wie oft|wie weit|wie groß|"
        "wie schwer|wie tief|wie schnell|wie breit|wie lang|wie teuer|wie häufig;prozentsatz|"
        "anzahl|zahl|preis|kosten|gewicht|betrag|gebühr|temperatur|mindestens|höchstens",
        NAME: "wer|wem|wen|wessen|welche firma|welche person;name",
        REASON: "warum|weshalb|wieso|weswegen|welchem grund|wodurch;grund|ursache",
    },
    "fr": {
        DATE: "quand|quelle année|quelle date|quel jour|quel mois|quelle heure|quel siècle;"
        "date|échéance",
        DURATION: "combien de temps|combien d'années|combien de mois|"
        "combien de semaines|combien de jours|combien d'heures|combien de minutes;durée|préavis",
        NUMBER: "combien|quel âge|quelle fréquence;pourcentage|nombre|taux|prix|montant|coût|"
        "poids|hauteur|température|loyer",
        NAME: "qui|quelle entreprise|quelle personne;nom",
        REASON: "pourquoi|quelle raison;raison|cause",
    },
    "es": {
        DATE: "cuándo|qué año|qué fecha|qué día|qué mes|qué hora|qué siglo;plazo|fecha",
        DURATION: "cuánto tiempo|cuántos años|cuántos meses|cuántas semanas|cuántos días|"
        "cuántas horas|cuántos minutos;duración|preaviso",
        NUMBER: "cuánto|cuánta|cuántos|cuántas|qué edad|qué frecuencia;porcentaje|número|"
        "cantidad|precio|importe|coste|costo|peso|altura|temperatura",
        NAME: "quién|quiénes|qué empresa|qué persona;nombre",
        REASON: "por qué;razón|motivo|causa",
    },
    "it": {
        DATE: "quando|che anno|quale anno|che data|quale data|che giorno|che mese|che ora;"
        "scadenza|data",
        DURATION: "quanto tempo|quanti anni|quanti mesi|quante settimane|quanti giorni|"
        "quante ore|quanti minuti;durata|preavviso",
        NUMBER: "quanto|quanta|quanti|quante;percentuale|numero|prezzo|importo|costo|peso|"
        "altezza|temperatura|canone",
        NAME: "chi|quale azienda|quale persona;nome",
        REASON: "perché|quale motivo;motivo|causa",
    },
    "pt": {
        DATE: "quando|que ano|qual ano|que data|que dia|que mês|que horas;prazo|data",
        DURATION: "quanto tempo|quantos anos|quantos meses|quantas semanas|quantos dias|"
        "quantas horas|quantos minutos;duração|aviso prévio",
        NUMBER: "quanto|quanta|quantos|quantas;percentagem|número|preço|montante|valor|custo|"
        "peso|altura|temperatura",
        NAME: "quem|que empresa|qual empresa;nome",
        REASON: "por que|porque|porquê;motivo|causa",
    },
    "nl": {
        DATE: "wanneer|welk jaar|welke datum|welke dag|welke maand|hoe laat;datum",
        DURATION: "hoe lang|hoeveel jaar|hoeveel maanden|hoeveel weken|hoeveel dagen|"
        "hoeveel uur|hoeveel minuten;duur|opzegtermijn",
        NUMBER: "hoeveel|hoe oud|hoe vaak|hoe ver|hoe hoog|hoe groot|hoe zwaar|hoe diep|"
        "hoe duur;percentage|prijs|bedrag|kosten|gewicht|hoogte|temperatuur|aantal",
        NAME: "wie|wiens|welk bedrijf|welke persoon;naam",
        REASON: "waarom|welke reden|waardoor;reden|oorzaak",
    },
    "zh": {
        DATE: "何时|什么时候|什麼時候|何時|哪一年|哪年|哪天|哪一天|何年|何月|几月;期限|日期",
        DURATION: "多久|多长时间|多長時間|几天|几年|几个月|多少天|多少年|多少小时|多少分钟;期间",
        NUMBER: "多少|几个|幾個|几种|几次|多大|多高|多远|多重|多深|多快|几岁|百分之几;价格|金额",
        NAME: "谁|誰|何人|哪位|哪家公司;名字",
        REASON: "为什么|為什麼|为何;原因",
    },
    "ja": {
        DATE: "いつ|何年|何月|何日|何時;期限|日付",
        DURATION: "どのくらいの期間|どれくらいの期間|何日間|何年間|何か月|何ヶ月|何時間|何分;期間",
        NUMBER: "いくら|いくつ|何人|何個|何回|何本|何枚|何度|何%|何パーセント|何歳|どのくらい|"
        "どれくらい;価格|金額",
        NAME: "誰|だれ|どなた|何者|何という人;氏名",
        REASON: "なぜ|何故|どうして;理由|原因",
    },
    "ar": {
        DATE: "متى|أي عام|أي سنة|أي يوم|أي تاريخ|أي شهر;تاريخ|الموعد",
        DURATION: "كم سنة|كم عاما|كم شهرا|كم أسبوعا|كم يوما|كم ساعة|كم دقيقة|كم من الوقت;مدة",
        NUMBER: "كم|ما عدد|ما نسبة;عدد|نسبة|سعر|مبلغ|تكلفة",
        NAME: "من هو|من هي|من الذي|من هم;اسم",
        REASON: "لماذا;سبب|السبب",
    },
}
"""Phrases by language, with "|" between them; behind ";" nouns that ask by themselves. The
longest phrase in a question decides ("how much notice" is a time span, although "how much" is a
number), a noun only where none is: "who pays the price" asks for a name."""

INTERROGATIVES = (
    "which whose viel viele vieles wieviel wieviele wozu wofür weshalb wieso welch "
    "combien lequel laquelle lesquels lesquelles qui quoi cuánto cuánta cuántos cuántas cuándo "
    "dónde quién quiénes cuál cuáles che chi cosa come dove quando quale quali quanto quanta "
    "quanti quante perché onde quem qual quais quantos quantas wat wie waar wanneer waarom "
    "hoeveel hoe welk welke wiens 什么 多少 哪个 哪些 哪位 哪里 何时 怎么 怎样 如何 为何 几个 "
    "何人 何年 何月 何日 誰が 誰の ما ماذا متى أين كيف لماذا كم هل أي"
).split()
"""Words that ask and say nothing of the topic, beside the stop words of ``search/words.py``."""

NUMBERS = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred "
    "hundreds thousand thousands million millions billion half twice dozen "
    "zwei drei vier fünf sechs sieben acht neun zehn zwölf zwanzig dreißig vierzig fünfzig sechzig "
    "siebzig achtzig neunzig hundert tausend millionen milliarden hälfte zweimal dreimal "
    "deux trois quatre cinq sept huit neuf dix onze douze quinze vingt trente quarante cinquante "
    "soixante cent mille milliard milliards moitié "
    "dos tres cuatro cinco seis siete ocho nueve diez doce quince veinte treinta cuarenta "
    "cincuenta sesenta cien mil millón millones mitad "
    "tre quattro cinque sette nove dieci dodici quindici venti trenta quaranta cinquanta sessanta "
    "cento mila milione milioni miliardi metà "
    "dois duas três oito dez doze vinte quarenta cinquenta sessenta cem milhão milhões metade "
    "twee drie vijf zes zeven negen tien twaalf twintig dertig veertig vijftig zestig honderd "
    "duizend miljoen miljard helft "
    "اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة عشر عشرون ثلاثون أربعون خمسون مئة مائة "
    "ألف مليون مليار نصف ثلاث أربع خمس ست سبع ثماني تسع"
).split()
"""Without those that are another word elsewhere: Italian "due", German "elf"."""

MONTHS = (
    "january february april june july august september october november december "
    "januar februar märz juni juli oktober dezember "
    "janvier février avril juin juillet août septembre octobre novembre décembre "
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre "
    "gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre "
    "janeiro fevereiro março maio junho julho setembro outubro novembro dezembro "
    "januari februari maart augustus "
    "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر"
).split()
MONTHS_AND_MORE = "may mai mei march mars".split()
"""Months behind a number only, since they are other words too."""
CENTURIES = (
    "century centuries jahrhundert jahrhunderts siècle siglo secolo século eeuw القرن".split()
)
SPANS = (
    "second seconds minute minutes hour hours day days night nights week weeks month months year "
    "years decade decades sekunde sekunden minuten stunde stunden tag tage tagen "
    "woche wochen monat monate monaten jahr jahre jahren seconde secondes heure "
    "heures jour jours semaine semaines mois an ans année années segundo segundos minuto minutos "
    "hora horas día días semana semanas mes meses año años secondi ora ore giorno giorni "
    "settimana settimane mese mesi anno anni dia dias mês ano anos seconden minuut uur uren dag "
    "dagen weken maand maanden jaar "
    "ثانية دقيقة دقائق ساعة ساعات يوم يوما أيام أسبوع أسابيع شهر شهرا أشهر سنة سنوات عام عاما أعوام"
).split()
REASONS = {
    "en": "because|since|due to|owing to|as a result|so that|in order to|therefore|caused by|"
    "for this reason|reason|reasons|thanks to|on the ground|so as to|led to",
    "de": "weil|denn|wegen|aufgrund|daher|deshalb|damit|da|grund|gründe|um zu|dadurch",
    "fr": "parce que|parce qu|car|en raison|afin|grâce à|puisque|à cause|raison|pour que",
    "es": "porque|debido|ya que|por eso|para que|por ello|razón|causa|a fin de",
    "it": "perché|poiché|a causa|dovuto|dovuta|affinché|motivo|quindi|grazie a",
    "pt": "porque|devido|já que|pois|por isso|para que|motivo|causa|graças a",
    "nl": "omdat|want|vanwege|doordat|zodat|reden|daarom|dankzij",
    "zh": "因为|因為|由于|由於|所以|为了|因此|导致|原因",
    "ja": "ため|ので|から|理由|原因",
    "ar": "لأن|بسبب|من أجل|نتيجة|لذلك|حتى لا",
}
