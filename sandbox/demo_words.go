package sandbox

// Words that demo names are made of. Each list is fixed: changing it changes the
// data behind every seed.
var (
	companyHeads = []string{
		"Alder", "Amber", "Anchor", "Aspen", "Birch", "Blue Harbor", "Bright", "Canyon", "Cedar", "Clear", "Copper", "Crescent",
		"Delta", "Eastgate", "Ember", "Evergreen", "Falcon", "Fjord", "Granite", "Harbor", "Hawthorn", "Highland", "Ironwood",
		"Juniper", "Kestrel", "Lakeshore", "Lantern", "Maple", "Meridian", "Northwind", "Orchard", "Pinecrest", "Quarry", "Redwood",
		"Ridgeline", "Riverside", "Sable", "Sierra", "Silverton", "Summit", "Tidewater", "Union", "Valley", "Westbrook", "Willow", "Zephyr",
	}
	companyTails = []string{
		"Analytics", "Architects", "Bakery", "Clinics", "Construction", "Dental", "Design", "Electric", "Energy", "Engineering", "Farms",
		"Foods", "Freight", "Health", "Hotels", "Insurance", "Labs", "Law", "Logistics", "Media", "Motors", "Outfitters", "Partners",
		"Pharmacy", "Plumbing", "Press", "Realty", "Robotics", "Schools", "Supply", "Textiles", "Travel", "Veterinary", "Wineries",
	}
	vendorNames = []string{
		"Brightpath Software", "Cloudberry Systems", "Datalark", "Fernhill Security", "Inkwell Apps", "Loomwork", "Mailroom Co",
		"Nimbus Backup", "Octave Voice", "Papertrail Soft", "Quillstack", "Stonebridge Tools",
	}
	firstNames = []string{
		"Ada", "Amir", "Anna", "Bea", "Bruno", "Carla", "Chen", "Clara", "Dario", "Dina", "Elif", "Emma", "Farid", "Femi", "Greta", "Hana",
		"Hugo", "Ines", "Ivan", "Jade", "Jonas", "Kaya", "Kofi", "Lars", "Lena", "Lucia", "Maja", "Marco", "Mina", "Nadia", "Noah", "Olga",
		"Omar", "Paula", "Pedro", "Priya", "Quinn", "Rosa", "Sami", "Sofia", "Tariq", "Tess", "Uma", "Viktor", "Wanda", "Yara", "Zoe", "José",
	}
	lastNames = []string{
		"Abbott", "Alvarez", "Baker", "Bauer", "Berg", "Bianchi", "Carter", "Castro", "Cohen", "Dahl", "Diaz", "Dubois", "Eriksen", "Evans",
		"Fischer", "Fontaine", "Garcia", "Greco", "Hansen", "Hughes", "Ito", "Jansen", "Kaur", "Keller", "Kim", "Klein", "Lopez", "Lund",
		"Marsh", "Meyer", "Moreau", "Nakamura", "Nguyen", "Novak", "O'Brien", "Okafor", "Olsen", "Park", "Patel", "Perez", "Reid", "Rossi",
		"Sato", "Schmidt", "Silva", "Singh", "Torres", "Vega", "Weber", "Young",
	}
	cities = []address{
		{"Boston", "MA", "02109", "US"},
		{"Denver", "CO", "80202", "US"},
		{"Portland", "OR", "97204", "US"},
		{"Austin", "TX", "78701", "US"},
		{"Montreal", "QC", "H2Y 1C6", "CA"},
		{"Toronto", "ON", "M5H 2N2", "CA"},
		{"Leeds", "ENG", "LS1 4DY", "GB"},
		{"Lyon", "ARA", "69002", "FR"},
		{"Basel", "BS", "4051", "CH"},
		{"Malmö", "M", "211 20", "SE"},
	}
	streets        = []string{"Grove St.", "Market Sq.", "Mill Lane", "Station Rd.", "Harbor Way", "5th Ave", "Elm St.", "King's Rd."}
	regions        = []string{"US West", "US Central", "US East", "EMEA"}
	productHeads   = []string{"Atlas", "Beacon", "Cobalt", "Ditto", "Echo", "Flint", "Gala", "Halo", "Indigo", "Jetty", "Kite", "Lumen", "Mosaic", "Nova"}
	productTails   = []string{"Backup", "Calendar", "Chat", "CRM", "Desk", "Docs", "Forms", "Invoices", "Mail", "Meet", "Monitor", "Notes", "Payroll", "Sign", "Vault", "Voice"}
	editionNames   = []string{"Starter", "Team", "Business", "Enterprise", "Free Trial", "Standard"}
	attributeNames = []string{"One person", "Small teams", "Whole companies", "Works offline"}
	bundleNames    = []string{"Office Essentials", "Remote Team Kit", "Security Starter", "Sales Launchpad"}
	reviewTitles   = []string{"Does what it says", "We switched and stayed", "Good, with rough edges", "Not for us", "Solid support", "Easy to roll out"}
	reviewTexts    = []string{
		"Setup took an afternoon; nobody has asked for the old tool since.", "The reports could be faster, everything else is fine.",
		"Support answered within the hour, twice.", "Too much for a team of our size.", "Our accountants like the exports.",
	}
	questionTitles = []string{"Single sign-on", "Data location", "Moving over", "Price for schools", "Mobile"}
	questionTexts  = []string{
		"Does it work with the sign-on that we already have?", "In which country is our data kept?", "Can we import what we have now?",
		"Is there a price for non-profits?", "Which features are missing on a phone?",
	}
	replyTexts    = []string{"Yes, since the last release.", "Not yet.", "Please write to support, it depends on your plan.", "We do it the same way.", "Thank you!"}
	categoryNames = []string{"Collaboration", "Finance", "Human Resources", "Marketing", "Productivity", "Sales", "Security", "Storage", "Web Development"}
)

// address is where a demo company is.
type address struct{ city, state, zip, country string }
