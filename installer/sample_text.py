"""The text of those documents of the built-in guide that are made by make_sample.py."""

from __future__ import annotations

PAGE_BREAK = "<!-- page -->"

ADDING_FOLDERS = """
<h1>Adding folders</h1>
<h2>How do I add a folder?</h2>
<p>Lectern searches the folders that you add, and only those. To add a folder, drag it from your
file manager and drop it anywhere on the window. You can also press <b>Ctrl+O</b> or click <b>Add
folder</b> below the list of folders, and choose the folder there. Several folders can be dropped
at once, and so can single files.</p>
<p>All folders inside the one you add are read as well. Your files stay where they are: Lectern
reads them, and never moves, renames or changes them.</p>
<h2>What is left out</h2>
<ul>
<li>hidden files and folders, and folders that programs fill by themselves, such as
<i>.git</i> or <i>node_modules</i>;</li>
<li>lock files of office programs, whose names begin with <i>~$</i>;</li>
<li>files of a type that Lectern does not read: the list of files names each of them as
skipped.</li>
</ul>
<h2>How do I pause indexing?</h2>
<p>To pause indexing, click <b>Pause</b> on the status line at the bottom of the window, or press
<b>Ctrl+P</b>. Press it again to resume. You can search while indexing runs and while it is
paused.</p>
<p>You may close Lectern at any time. What has been read is kept, and indexing goes on where it
stopped when you open Lectern the next time.</p>
<h2>Changed, moved and deleted files</h2>
<p>To bring the library up to date, press <b>F5</b>. Only new and changed files are read. A file
that was moved or renamed is recognized by its content and not read again. A file that you deleted
leaves the library.</p>
<h2>Drives that are not connected</h2>
<p>When a folder is on a drive that is not connected, Lectern marks the folder as away and keeps
everything it knows about it. Nothing is deleted, and its passages can still be found and
read.</p>
<h2>How do I remove a folder?</h2>
<p>To remove a folder from Lectern, open its menu in the list of folders and choose <b>Remove</b>.
Its passages leave the library. The folder itself and the files in it are not touched.</p>
"""

WHEN_SOMETHING_GOES_WRONG = """
<h1>When something goes wrong</h1>
<p class="lead">One bad file never stops the others. Every file that Lectern has seen is in the
list of files, with what became of it and why.</p>
<h2>Where do I see which files were not read?</h2>
<p>Open the list of files with <b>Ctrl+Shift+L</b>, or click the number of files that need a look
on the status line. Each file is <b>indexed</b>, <b>partial</b>, <b>failed</b> or <b>skipped</b>,
and one sentence gives the reason.</p>
<h2>Why was a file skipped?</h2>
<p>A file is skipped when Lectern does not try to read it: because its type is not supported,
because it is empty, or because it is larger than the limit, which is 1,024 MB. Save a file of an
unsupported type as PDF or as text to make it searchable.</p>
<h2>Why did a file fail?</h2>
<table>
<tr><th>Reason</th><th>What to do</th></tr>
<tr><td>Protected by a password</td><td>Save a copy without the password.</td></tr>
<tr><td>Damaged, or not what its name says</td><td>Open it in its own program and save it
again.</td></tr>
<tr><td>Could not be opened</td><td>Check that it still exists and that you may read it.</td></tr>
<tr><td>Took too long, or the reader crashed</td><td>Save it in another format, and retry. Each
file is read in a process of its own, so the other files are not affected.</td></tr>
<tr><td>Holds no text</td><td>A scanned page is a picture. This version cannot read text in
pictures: run a text recognition program over the file first.</td></tr>
</table>
<h2>What does &ldquo;partial&rdquo; mean?</h2>
<p>A file is partial when some of it could be read and some could not, for example a PDF in which
three of ten pages are scanned. What was read can be searched.</p>
<h2>How do I try a failed file again?</h2>
<p>Select the file in the list of files and choose <b>Retry</b>. A file that has changed is tried
again by itself.</p>
<!-- page -->
<h1>When searching disappoints</h1>
<h2>I know it is there, but it is not found</h2>
<p>Look at the line above the results first: it says how many of your files were searched, and how
far search by meaning has come. Then ask in a full sentence, or put the exact words that must
appear into quotation marks. A filter in the question may narrow it too much: take it out and ask
again.</p>
<h2>My documents are not in English</h2>
<p>The built-in models, called <i>starter</i>, know the meaning of English only. Documents in
other languages are found by their words. With the model pack <i>bge-m3</i>, meaning works in more
than a hundred languages.</p>
<h2>How do I use the bge-m3 models?</h2>
<p>Put the models into a folder on this computer, with <code>BAAI/bge-m3</code> in a folder
<code>embedder</code> and <code>BAAI/bge-reranker-v2-m3</code> in a folder <code>reranker</code>
inside it. Then start Lectern with <code>--pack</code> and the path of that folder. This version
does not download models.</p>
<h2>The answer takes long</h2>
<p>The first list appears at once and is refined while you read. The first question after a pause
takes longer, because the models are unloaded when they are not used, to give their memory back to
your other programs.</p>
<!-- page -->
<h1>When Lectern does not start</h1>
<h2>&ldquo;The library is being used by another Lectern&rdquo;</h2>
<p>Only one Lectern at a time may write to a library. Close the other window, or wait until the
command that is indexing has finished.</p>
<h2>&ldquo;The library was made by a newer version&rdquo;</h2>
<p>Update Lectern. Nothing in the library has been changed.</p>
<h2>&ldquo;The library is damaged&rdquo;</h2>
<p>Your documents are safe, since Lectern never changes them. Start Lectern with
<code>--library</code> and an empty folder, and add your folders again.</p>
<h2>The disk is full</h2>
<p>Free some space. Indexing goes on where it stopped; what was read before is kept.</p>
<h2>Asking for help</h2>
<p>Run <code>lectern doctor</code> in a terminal. It looks at the machine, the models and the
library, and says what is not well. Its answer holds no text of your documents.</p>
"""

SEARCHING = (
    ("title", "Searching"),
    (
        "text",
        (
            "Ask as you would ask a person who has read all your documents: in a whole sentence, "
            "in your own words. Keywords work as well."
        ),
    ),
    ("heading", "How do I ask a question?"),
    (
        "text",
        (
            "Press Ctrl+K, type the question into the box at the top, and press Enter. The first "
            "list appears at once. It is then refined while a model reads the best passages "
            "together with your question."
        ),
    ),
    ("heading", "How do I search for an exact phrase?"),
    (
        "text",
        (
            'Put the phrase into quotation marks, as in: who signed the "letter of intent"? '
            "Passages that hold the phrase as written come first."
        ),
    ),
    ("heading", "How do I narrow a question with filters?"),
    ("text", "Write filters anywhere in the question. They can be combined."),
    (
        "table",
        (
            ("Filter", "What it keeps"),
            ("type:pdf", "only PDF files; several types as in type:pdf,docx"),
            ("folder:Contracts", "only files in a folder of that name"),
            ('folder:"My Papers"', "the same, for a name with a space"),
            ("after:2024-01-31", "only files changed on that day or later"),
            ("before:2025", "only files changed until the end of that year"),
            ("lang:de", "only passages in that language, by its two-letter code"),
        ),
    ),
    ("heading", "How do I read an answer on its page?"),
    (
        "text",
        (
            "Select a passage with the arrow keys or a click. The pane on the right shows the page "
            "of a PDF with the passage marked; other documents are shown as text. F3 goes to the "
            "next passage in the same document."
        ),
    ),
    ("heading", "How do I open or quote the document?"),
    (
        "text",
        (
            "Ctrl+Enter opens the file in its own program, and Ctrl+Shift+R shows it in its "
            "folder. Ctrl+C copies the passage together with its source, so that you can quote it."
        ),
    ),
    ("heading", "Can I search while indexing is running?"),
    (
        "text",
        (
            "Yes. Questions go before indexing. A file can be found by its words as soon as it has "
            "been read, and by its meaning a little later; the line above the results says how far "
            "that is."
        ),
    ),
)

TOUR = (
    (
        "A tour of Lectern",
        ("Ranked answers from the documents on your own computer, offline.",),
        "Everything in this tour works without a network.",
    ),
    (
        "1. Give it a folder",
        (
            "Drop a folder on the window, or press Ctrl+O.",
            "Folders inside are read as well; files stay where they are.",
            "The status line shows how far reading has come.",
        ),
        "Reading goes on in the background; you can ask at once.",
    ),
    (
        "2. Ask in your own words",
        (
            "Press Ctrl+K, type a question, press Enter.",
            "Quotation marks look for an exact phrase.",
            "Filters narrow it: type:pdf, folder:Contracts, after:2024.",
        ),
        "The first list appears at once and is then refined.",
    ),
    (
        "3. Read the answer in its place",
        (
            "Each passage has a score from 0 to 1, and a word: strong, likely or weak.",
            "The right pane shows the page with the passage marked.",
            "Ctrl+Enter opens the file; Ctrl+C copies the passage with its source.",
        ),
        "",
    ),
    (
        "4. Trust what you see",
        (
            "The line above the results says how many files were searched.",
            "The list of files (Ctrl+Shift+L) names every file that could not be read, and why.",
            "When nothing fits, Lectern says so.",
        ),
        "",
    ),
)

FILE_TYPES = (
    ("PDF", ".pdf", "Pages with text; the page is shown with the passage marked"),
    ("Word", ".docx", "Headings, paragraphs, lists and tables"),
    ("PowerPoint", ".pptx", "Each slide with its title, tables and notes"),
    ("Excel", ".xlsx", "Each sheet as a table, with the values last calculated"),
    ("Web page", ".html, .htm", "The visible text"),
    ("Markdown", ".md, .markdown", "Headings, lists, tables and code"),
    ("Plain text", ".txt and other text files", "In any usual encoding"),
    ("Table as text", ".csv, .tsv", "Rows with their column names"),
    ("E-book", ".epub", "Chapters in reading order, without copy protection"),
    ("Source code and data", ".py, .js, .json, .xml and others", "As plain text"),
)

NOT_READ = (
    ("Older Office files", ".doc, .xls, .ppt", "Save as .docx, .xlsx or .pptx, or as PDF"),
    ("OpenDocument", ".odt, .ods, .odp", "Save as PDF"),
    ("Rich text", ".rtf", "Save as .docx or PDF"),
    ("E-mail", ".eml, .msg", "Save as text or PDF"),
    ("Pictures and scans", ".jpg, .png and others", "Run text recognition and save as PDF"),
    ("Archives", ".zip and others", "Unpack it into a folder"),
)
