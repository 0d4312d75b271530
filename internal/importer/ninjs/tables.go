package ninjs

// What each version of ninjs allows, as the schemas of the IPTC say it (https://iptc.org/std/ninjs/). A line is a type and its
// members. A member is NAME:WHAT, with "!" when it must be there and "@1.5" when it came with that version. WHAT is a word
// of the table in rules.go, a type's name, a|b for one of some words, 1..9 for an integer between two; []WHAT is a list,
// {}WHAT an object with names of one's own. NAME_* stands for all names that begin so. Of the names after "oneof"
// exactly one is there, or of those after "or"; "like" takes another line's members too, and "open" lets any other be.
const (
	table1 = `
item uri:uri! type:text|audio|video|picture|graphic|composite|component mimetype:string
 representationtype:complete|incomplete profile:string version:string firstcreated:time versioncreated:time
 contentcreated:time embargoed:time pubstatus:usable|withheld|canceled urgency:number copyrightholder:string
 copyrightnotice:string usageterms:string ednote:string language:string person:[]person organisation:[]organisation
 place:[]place subject:[]subject event:[]concept object:[]concept infosource:[]infosource title:string byline:string
 headline:string slugline:string located:string charcount:number wordcount:number renditions:{}rendition
 associations:{}item altids:object trustindicator:[]trust $standard:standard genre:[]genre expires:time rightsinfo:rights
 digitalsourcetype:digital@1.6 description_*:string body_*:string headline_*:string
concept name:string rel:string scheme:uri code:string
person name:string rel:string scheme:uri code:string contactinfo:[]contact@1.5
infosource name:string rel:string scheme:uri code:string contactinfo:[]contact@1.5
organisation name:string rel:string scheme:uri code:string symbols:[]symbol contactinfo:[]contact@1.5
symbol ticker:string exchange:string symboltype:uri@1.5 symbol:string@1.5
place name:string rel:string scheme:uri code:string contactinfo:[]contact@1.5 geometry_*:object
subject name:string rel:string scheme:uri code:string creator:string@1.5 relevance:0..100@1.5 confidence:0..100@1.5
genre name:string scheme:uri code:string
contact type:string role:string lang:string name:string value:string address:address oneof value address
address lines:[]string locality:string area:string postalcode:string country:string
rendition href:ref mimetype:string title:string height:number width:number sizeinbytes:number duration:number format:string
trust scheme:uri code:string title:string href:uri
standard name:string version:string schema:uri
rights langid:uri linkedrights:uri encodedrights:string oneof linkedrights encodedrights open
digital name:string uri:uri literal:string
`
	table2 = `
item uri:uri! type:text|audio|video|picture|graphic|composite|component representationtype:full|partial profile:string
 version:string firstcreated:time versioncreated:time contentcreated:time embargoed:time pubstatus:usable|withheld|canceled
 urgency:number copyrightholder:string copyrightnotice:string usageterms:string ednote:string language:string
 descriptions:[]words bodies:[]body headlines:[]words people:[]person organisations:[]organisation places:[]place
 subjects:[]subject events:[]concept objects:[]concept infosources:[]infosource title:string by:string slugline:string
 located:string renditions:[]rendition associations:[]association altids:[]altid trustindicators:[]trust
 standard:standard genres:[]genre expires:time rightsinfo:rights digitalsourcetype:digital@2.2
association name:string! like item
words role:string contenttype:string value:string!
body role:string contenttype:string charcount:number wordcount:number value:string!
concept name:string rel:string uri:uri literal:string
person name:string rel:string uri:uri literal:string contactinfo:[]contact
infosource name:string role:string uri:uri literal:string contactinfo:[]contact
organisation name:string rel:string uri:uri literal:string symbols:[]symbol contactinfo:[]contact
symbol ticker:string exchange:string symboltype:uri symbol:string
place name:string rel:string uri:uri literal:string contactinfo:[]contact geojson:geojson
subject name:string rel:string uri:uri literal:string creator:string relevance:0..100 confidence:0..100
genre name:string uri:string literal:string
contact type:string role:string lang:string name:string value:string address:address oneof value address
address lines:[]string locality:string area:string postalcode:string country:string
rendition name:string! href:ref contenttype:string title:string height:number width:number sizeinbytes:number
 duration:number format:string
altid role:string value:string
trust role:uri title:string href:uri
standard name:string version:string schema:uri
rights langid:uri linkedrights:uri encodedrights:string oneof linkedrights encodedrights open
digital name:string uri:uri literal:string
`
	table3 = `
item uri:uri! type:text|audio|video|picture|graphic|composite|component|event|planning representationType:full|partial
 profile:string version:string firstCreated:time versionCreated:time contentCreated:time embargoedUntil:time
 pubStatus:usable|withheld|canceled urgency:1..9 copyrightHolder:string copyrightNotice:string usageTerms:string
 edNote:string language:string descriptions:[]words bodies:[]body headlines:[]words people:[]person
 organisations:[]organisation places:[]place subjects:[]subject events:[]event eventDetails:eventDetails
 plannedCoverage:[]coverage objects:[]concept infoSources:[]infoSource title:string by:string slugline:string
 located:string renditions:[]rendition associations:[]association altIds:[]altId trustIndicators:[]trust
 standard:standard genres:[]genre expires:time rightsInfo:rights digitalSourceType:digital@3.1
association name:string! rel:string like item
words role:string contentType:string value:string!
body role:string contentType:string charCount:integer wordCount:integer value:string!
concept name:string rel:string uri:uri literal:string
event id:string name:string rel:string uri:uri literal:string
person name:string rel:string uri:uri literal:string contactInfo:[]contact
infoSource name:string role:string uri:uri literal:string contactInfo:[]contact
organisation name:string rel:string uri:uri literal:string symbols:[]symbol contactInfo:[]contact
symbol exchange:string symbolType:uri symbol:string
place name:string rel:string uri:uri literal:string contactInfo:[]contact geoJSON:geojson
subject name:string rel:string uri:uri literal:string creator:string relevance:0..100 confidence:0..100
genre name:string uri:string literal:string
contact type:string role:string lang:string name:string value:string address:address oneof value address
address lines:[]string locality:string area:string postalCode:string country:string
rendition name:string! href:ref contentType:string title:string width:integer height:integer sizeInBytes:integer
 duration:number format:string aspectRatio:string videoCodec:string frameRate:number poi:poi transportProtocol:string
 scanType:progressive|interlaced bitrate:string
poi x:integer y:integer
altId role:string value:string
trust role:uri title:string href:uri
standard name:string version:string schema:uri
rights langId:uri linkedRights:uri encodedRights:string oneof linkedRights encodedRights
digital name:string uri:uri literal:string
eventDetails eventStatus:uri plannedCoverageStatus:uri dates:dates organiser:organisation
dates startDate:time endDate:time expectedStartDate:date expectedEndDate:date expectedDuration:string recurrence:recurrence
 oneof startDate expectedStartDate or endDate expectedEndDate
recurrence recurrenceDates:never recurrenceRules:[]recurrenceRule
recurrenceRule frequency:secondly|minutely|hourly|daily|weekly|monthly|yearly interval:integer until:time count:integer
coverage uri:uri title:string pubStatus:usable|withheld|canceled
 type:text|audio|video|picture|graphic|composite|component|event|planning commissioned:commissioned dates:dates
 audiences:[]audience exclAudience:[]string edNote:string urgency:1..9 language:string itemCount:itemCount
 wordCount:integer renditions:[]rendition
commissioned by:string on:time references:[]reference
reference name:string value:string
audience audience:string significance:integer
itemCount rangeFrom:integer rangeTo:integer
`
)
