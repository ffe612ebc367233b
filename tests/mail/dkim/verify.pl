# Say of each message what Mail::DKIM finds: pass, fail, ... DNS is one record, given as arguments.
use strict;
use warnings;
use Mail::DKIM::Verifier;
use Net::DNS::RR;

my ($name, $record, @paths) = @ARGV;
no warnings 'redefine';
*Mail::DKIM::DNS::query = sub {
    my ($asked, $type) = @_;
    return () unless $asked eq $name;
    return Net::DNS::RR->new(name => $name, type => 'TXT', txtdata => [unpack('(A255)*', $record)]);
};
*Mail::DKIM::DNS::query_async = sub {
    my ($asked, $type, %then) = @_;
    my @found = Mail::DKIM::DNS::query($asked, $type);
    return sub { $then{Callbacks}->{Success}->(@found) };
};
for my $path (@paths) {
    my $verifier = Mail::DKIM::Verifier->new();
    open(my $mail, '<:raw', $path) or die "$path: $!";
    while (<$mail>) { $verifier->PRINT($_); }
    $verifier->CLOSE;
    print $verifier->result, "\n";
}
